"""What every server process of the course does: serve on loopback, say where, end with its parent.

It says which port in one line on its standard output once it is ready, and ends when its standard
input closes: that happens when its parent closes it and also when its parent dies, however it dies
and on every system. (One that is suspended then ends once it goes on.)
"""

import signal
import socket
from collections.abc import Callable

import uvicorn
from starlette.applications import Starlette

from labkit.riverton.system import exit_with_parent

GRACE_S = 5.0


class _Server(uvicorn.Server):
    """uvicorn, which announces its port and calls `closing` when it is told to stop."""

    def __init__(self, app: Starlette, closing: Callable[[], object]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,
                backlog=2048,
                timeout_graceful_shutdown=int(GRACE_S) - 1,
            )
        )
        self._closing = closing

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets is not None
        print(sockets[0].getsockname()[1], flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn waits for open requests before the application's own shutdown.
        self._closing()
        await super().shutdown(sockets)


def serve(app: Starlette, *, port: int = 0, closing: Callable[[], object] = lambda: None) -> None:
    """Serve `app` on 127.0.0.1 until the parent ends or says so; `port` 0 takes a free one.

    `closing` is called before open requests are waited for. Raises OSError for a port in use.
    """
    server = _Server(app, closing)
    exit_with_parent(lambda: setattr(server, "should_exit", True), grace_s=GRACE_S)
    # uvicorn repeats the signal that stopped it, once it has stopped in good order.
    for stopped_by in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stopped_by, lambda *_: None)
    with socket.create_server(("127.0.0.1", port)) as listener:
        server.run(sockets=[listener])
