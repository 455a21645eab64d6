"""The route as a process of its own: `python -m labkit.intake.route_process PATH`.

It serves on a free loopback port, says which in one line once it is ready, keeps its SQLite file
at PATH, and ends when its standard input closes, as `labkit.riverton.server_process` does.
"""

import signal
import socket
import sys

import uvicorn

from labkit.intake.dead_letters import Store
from labkit.intake.route import CountingModel, Intake
from labkit.riverton.system import exit_with_parent

GRACE_S = 5.0


class _Server(uvicorn.Server):
    """uvicorn, which announces its port."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets is not None
        print(sockets[0].getsockname()[1], flush=True)


def main(path: str) -> None:
    with Store(path) as store:
        intake = Intake(store, CountingModel())
        config = uvicorn.Config(
            intake.app, log_level="warning", access_log=False, timeout_graceful_shutdown=1
        )
        server = _Server(config)
        exit_with_parent(lambda: setattr(server, "should_exit", True), grace_s=GRACE_S)
        for stopped_by in (signal.SIGTERM, signal.SIGINT):
            signal.signal(stopped_by, lambda *_: None)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            server.run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1])
