"""The part of the load generator that sends on time and notes when.

Plain asyncio rather than an HTTP library: a library's own work, a millisecond or more a request,
would be taken for the server's.
"""

import asyncio
import contextlib
import math
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

MAX_CONNECTIONS = 2000  # per server; requests beyond wait here, and their latency counts the wait
_OPENED_AHEAD = 32
# An event loop's timers are up to a millisecond late, so the last stretch before a request goes in
# naps that are short enough to be exact, and a spin. To spin all the way would cost the server a
# processor: at 900 requests per second half a core, with naps a fifth, on time either way.
_TIMER_S = 1.2e-3
_NAP_S = 1e-4


@dataclass(frozen=True)
class Job:
    """What to send, where, and when."""

    ports: list[int]  # request i goes to port i modulo their number
    payloads: list[bytes]  # whole HTTP requests; request i sends number i modulo their number
    drain_s: float  # wait this long for replies after the last request
    schedule: list[float] = field(default_factory=list)  # open loop: seconds from the start
    clients: int = 0  # closed loop: how many requests at a time ...
    seconds: float = 0.0  # ... and for how long
    hedge_s: float = math.inf  # send again, to the next port, what is unanswered for so long
    connections: int = MAX_CONNECTIONS  # to each port, at most


@dataclass
class Outcome:
    """Per request: times in seconds from the start."""

    sent_s: list[float] = field(default_factory=list)
    done_s: list[float] = field(default_factory=list)  # nan: no reply
    status: list[int] = field(default_factory=list)  # 0: no reply
    body: list[bytes] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)  # 2 where hedged


class Run:
    """One run of a job, on the running event loop."""

    def __init__(self, job: Job) -> None:
        self.outcome = Outcome()
        self._job = job
        self._pools = [Pool(port, self, job.connections) for port in job.ports]
        self._unanswered = 0
        self._all_answered = asyncio.Event()
        self._start = 0.0

    def now(self) -> float:
        """Seconds from the start. Not the loop's clock: uvloop's has a grain of 1 ms."""
        return time.perf_counter() - self._start

    async def __call__(self, started: Callable[[], object]) -> None:
        """Connect, call `started`, put on the load, wait for the replies.

        Raises OSError if a server cannot be reached to begin with.
        """
        ahead = min(self._job.clients or _OPENED_AHEAD, self._job.connections)
        await asyncio.gather(*(pool.open() for pool in self._pools for _ in range(ahead)))
        self._start = time.perf_counter()
        started()
        if self._job.clients:
            for _ in range(self._job.clients):
                self._send()
            await asyncio.sleep(self._job.seconds)
        else:
            for due in self._job.schedule:
                await self._until(due)
                self._send()
        if self._unanswered:
            self._all_answered.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._job.drain_s):
                    await self._all_answered.wait()

    async def _until(self, due: float) -> None:
        if (ahead := due - self.now()) > _TIMER_S:
            await asyncio.sleep(ahead - _TIMER_S)
        await asyncio.sleep(0)  # also when late: replies must get in between requests
        while (ahead := due - self.now()) > 0:
            if ahead > 2 * _NAP_S:
                time.sleep(_NAP_S)
            await asyncio.sleep(0)

    def _send(self) -> None:
        request = len(self.outcome.sent_s)
        self.outcome.sent_s.append(math.nan)
        self.outcome.done_s.append(math.nan)
        self.outcome.status.append(0)
        self.outcome.body.append(b"")
        self.outcome.calls.append(1)
        self._unanswered += 1
        self._pool(request).call(request)
        if self._job.hedge_s < math.inf:
            asyncio.get_running_loop().call_later(self._job.hedge_s, self._hedge, request)

    def _hedge(self, request: int) -> None:
        if math.isnan(self.outcome.done_s[request]):
            self.outcome.calls[request] = 2
            self._pool(request + 1).call(request)

    def _pool(self, request: int) -> "Pool":
        return self._pools[request % len(self._pools)]

    def sending(self, request: int) -> bytes:
        """A connection is free for `request`: what it is to send now."""
        if math.isnan(self.outcome.sent_s[request]):
            self.outcome.sent_s[request] = self.now()
        return self._job.payloads[request % len(self._job.payloads)]

    def replied(self, request: int, now: float, status: int, body: bytes) -> None:
        """The first reply to a request is the one that counts."""
        if math.isnan(self.outcome.done_s[request]):
            self.outcome.done_s[request] = now
            self.outcome.status[request] = status
            self.outcome.body[request] = body
            self._unanswered -= 1
            if self._job.clients and now < self._job.seconds:
                self._send()
            if not self._unanswered:
                self._all_answered.set()


class Pool:
    """Connections to one server, kept alive, and opened as they are needed."""

    def __init__(self, port: int, run: Run, most: int) -> None:
        self.run = run
        self._port = port
        self._most = most
        self._free: list[Connection] = []
        self._waiting: deque[int] = deque()
        self._connections = 0
        self._opening: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._connections += 1
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(
                lambda: Connection(self), "127.0.0.1", self._port
            )
        except OSError:
            self._connections -= 1
            raise
        self.free(connection)

    def call(self, request: int) -> None:
        """Send `request` on a free connection, or on the next that gets free."""
        if self._free:
            self._free.pop().send(request, self.run.sending(request))
            return
        self._waiting.append(request)
        if self._connections < self._most:
            self._open_in_background()

    def _open_in_background(self) -> None:
        task = asyncio.get_running_loop().create_task(self._open_another())
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open_another(self) -> None:
        with contextlib.suppress(OSError):  # the request waits for one of those that are open
            await self.open()

    def free(self, connection: "Connection") -> None:
        if self._waiting:
            request = self._waiting.popleft()
            connection.send(request, self.run.sending(request))
        else:
            self._free.append(connection)

    def lost(self, connection: "Connection") -> None:
        """The server closed it. Its request, if any, stays without a reply."""
        self._connections -= 1
        if connection in self._free:
            self._free.remove(connection)
        if self._waiting:
            self._open_in_background()


class Connection(asyncio.Protocol):
    """An HTTP/1.1 connection with one request at a time on it."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._request = 0
        self._received = b""
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def send(self, request: int, payload: bytes) -> None:
        self._request = request
        self._transport.write(payload)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, blank, body = self._received.partition(b"\r\n\r\n")
        if not blank:
            return
        head = head.lower()
        if b"\r\ntransfer-encoding:" in head:  # a reply in chunks: counted as none
            self._transport.abort()
            return
        length = head.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0]
        if len(body) >= int(length or 0):
            now, request = self._pool.run.now(), self._request
            self._received = b""
            if b"\r\nconnection: close" in head:
                self._transport.close()
            else:
                self._pool.free(self)
            self._pool.run.replied(request, now, int(head[9:12]), body)

    def connection_lost(self, error: Exception | None) -> None:
        self._pool.lost(self)
