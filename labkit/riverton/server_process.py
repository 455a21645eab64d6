"""The server as a process of its own: `python -m labkit.riverton.server_process '{...}'`.

It serves on a free loopback port, says which in one line on its standard output once it is ready,
and ends when its standard input closes: that happens when its parent closes it and also when its
parent dies, however it dies and on every system. (One that is suspended then ends once it goes on.)
"""

import json
import signal
import socket
import sys

import numpy as np
import uvicorn

from labkit.riverton.scorers import load_scorer
from labkit.riverton.service import ScoringService, ServiceConfig
from labkit.riverton.system import exit_with_parent, raise_file_limit

GRACE_S = 5.0


class _Server(uvicorn.Server):
    """uvicorn, which announces its port and drains the batcher when it is told to stop."""

    def __init__(self, service: ScoringService) -> None:
        super().__init__(
            uvicorn.Config(
                service.app,
                log_level="warning",
                access_log=False,
                server_header=False,
                date_header=False,
                backlog=2048,
                timeout_graceful_shutdown=int(GRACE_S) - 1,
            )
        )
        self._service = service

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets is not None
        print(sockets[0].getsockname()[1], flush=True)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # uvicorn waits for open requests before the application's own shutdown; those that wait
        # for a full batch would wait for ever.
        self._service.batcher.close()
        await super().shutdown(sockets)


def main(options: dict[str, object]) -> None:
    scorer = load_scorer(str(options.pop("scorer")))
    config = ServiceConfig().changed(**options)
    for batch in (1, min(config.max_batch, config.max_queue)):  # the first call of a size is slow
        scorer(np.zeros((batch, scorer.n_features), dtype=np.float32))
    raise_file_limit()
    server = _Server(ScoringService(scorer, config))
    exit_with_parent(lambda: setattr(server, "should_exit", True), grace_s=GRACE_S)
    # uvicorn repeats the signal that stopped it, once it has stopped in good order.
    for stopped_by in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stopped_by, lambda *_: None)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.run(sockets=[listener])


if __name__ == "__main__":
    # A batch starts on the worker thread while the event loop is busy with the replies to the one
    # before; it gets its turn after this long (5 ms by default, as long as a batch takes).
    sys.setswitchinterval(1e-4)
    main(json.loads(sys.argv[1]))
