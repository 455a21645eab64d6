"""The same consumer on a real broker, NATS JetStream: optional, for it needs a server.

The server is the program `nats-server`; the client is the package nats-py, extra `broker`. Where
one of them is missing, `missing()` says so in a sentence.
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from typing import Any

STREAM = "applications"
START_S = 15.0
ACK_WAIT_S = 1.0
"""A batch that is not acknowledged for so long is delivered again."""


def server_program() -> str | None:
    """Where nats-server is; Debian's package puts it into a folder that few search."""
    folders = [os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]
    return shutil.which("nats-server", path=os.pathsep.join(folders))


def missing() -> str:
    """Say in a sentence what is missing for this module; empty where nothing is."""
    if server_program() is None:
        return "The program nats-server is not installed here, so nothing was run."
    if importlib.util.find_spec("nats") is None:
        return "The package nats-py is not installed here, so nothing was run."
    return ""


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """A server of our own on a free loopback port, its store in a temporary folder; gives its
    address, and ends it, by its process, at the end. Raises RuntimeError if it does not start."""
    with tempfile.TemporaryDirectory() as store, socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
        free.close()
        program = server_program()
        assert program is not None, missing()
        options = ["--addr", "127.0.0.1", "--port", str(port), "--jetstream", "--store_dir", store]
        process = subprocess.Popen(
            [program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait_until_it_listens(process, port)
            yield f"nats://127.0.0.1:{port}"
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(5.0)
            process.kill()
            process.wait()


def _wait_until_it_listens(process: subprocess.Popen, port: int) -> None:
    until = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1.0):
            return
        time.sleep(0.05)
    raise RuntimeError("nats-server did not start")


class JetStreamLog:
    """JetStream with the methods of an `AppendLog` that a consumer calls, for one group.

    The broker keeps the group's place (a *durable consumer*) and gives out one batch at a time;
    `commit` acknowledges it. A batch that was given out and not acknowledged comes once more.
    """

    def __init__(self, address: str, group: str) -> None:
        self._loop = asyncio.new_event_loop()  # of its own, for a notebook's is running
        threading.Thread(target=self._loop.run_forever, daemon=True).start()
        self._group, self._messages = group.replace(" ", "-"), []
        self._do(self._connect(address))

    def _do(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _connect(self, address: str) -> None:
        import nats

        self._client = await nats.connect(address)
        self._stream = self._client.jetstream()
        await self._stream.add_stream(name=STREAM, subjects=[STREAM])

    def append(self, events: Iterable[Any]) -> int:
        """Add events; return the last one's number. The broker has stored each when it answers."""
        for event in events:
            stored = self._do(self._stream.publish(STREAM, json.dumps(event).encode()))
        return stored.seq

    def committed(self, group: str) -> int:
        """Return the group's place, in order to have one; the broker goes on where it knows."""
        self._subscription = self._do(self._subscribe())
        return self._do(self._subscription.consumer_info()).ack_floor.stream_seq + 1

    async def _subscribe(self) -> Any:
        from nats.js.api import AckPolicy, ConsumerConfig

        from labkit.streams.consumer import BATCH

        config = ConsumerConfig(
            ack_policy=AckPolicy.ALL, ack_wait=ACK_WAIT_S, max_ack_pending=BATCH
        )
        return await self._stream.pull_subscribe(STREAM, self._group, config=config)

    def read(self, offset: int, limit: int) -> list[tuple[int, Any]]:
        """Fetch what comes next for the group, at most `limit`; empty once all is acknowledged."""
        while self._left():
            with contextlib.suppress(TimeoutError):
                self._messages = self._do(self._subscription.fetch(limit, timeout=ACK_WAIT_S))
                break
        else:
            return []
        return [(m.metadata.sequence.stream, json.loads(m.data)) for m in self._messages]

    def _left(self) -> int:
        info = self._do(self._subscription.consumer_info())
        return info.num_pending + info.num_ack_pending

    def commit(self, group: str, offset: int) -> None:
        """Acknowledge the batch, and wait until the broker has noted it."""
        self._do(self._messages[-1].ack_sync())

    def close(self) -> None:
        """Leave the broker."""
        self._do(self._client.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
