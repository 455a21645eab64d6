"""Load on a scoring server, and what came of it.

An *open* loop sends on a schedule that is fixed before the run, as customers do who know nothing
of each other, and counts latency from the time when a request was meant to go out. A *closed*
loop sends the next request when the last is answered, so a server that stalls is asked less: the
slow times go missing from its record (coordinated omission, Gil Tene, "How NOT to Measure
Latency", 2013).
"""

import json
import math
import pickle
import time
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from urllib.parse import urlsplit

import numpy as np

from labkit.riverton.child import Child, ChildError
from labkit.riverton.load_client import MAX_CONNECTIONS, Job
from labkit.riverton.load_process import STARTED
from labkit.riverton.load_result import LoadResult, make_result
from labkit.riverton.scorers import digits
from labkit.riverton.server import ScoringServer

MAX_REQUESTS = 200_000
MAX_SECONDS = 300.0

Target = ScoringServer | int | str
"""A running server, its port on this machine, or its address (http://127.0.0.1:PORT/PATH)."""

During = Sequence[tuple[float, Callable[[], object]]]
"""Functions to call while the load runs, each with its time in seconds from the start."""

Write = Callable[[np.ndarray], bytes]
"""Makes the body of a request of a row."""


class LoadError(RuntimeError):
    """The load could not be put on."""


def poisson_schedule(rate: float, seconds: float, rng: np.random.Generator) -> np.ndarray:
    """Return send times of a Poisson process, ascending seconds in [0, seconds).

    `rate` is per second. The number of requests is random as well (Poisson, mean rate x seconds);
    given that number, the times are uniform and independent, and that is how they are drawn.
    """
    return np.sort(rng.uniform(0, seconds, rng.poisson(rate * seconds)))


def uniform_schedule(rate: float, seconds: float) -> np.ndarray:
    """Return send times 1/rate seconds apart, from 0 to below `seconds`."""
    return np.arange(math.ceil(round(rate * seconds, 6))) / rate


def run_load(
    target: Target | Sequence[Target],
    schedule: np.ndarray,
    *,
    rows: np.ndarray | None = None,
    binary: bool = False,
    write: Write | None = None,
    headers: Sequence[Mapping[str, str]] = (),
    bodies: Mapping[int, bytes] | None = None,
    drain_s: float = 5.0,
    hedge_ms: float = math.inf,
    connections: int = MAX_CONNECTIONS,
    during: During = (),
) -> LoadResult:
    """Send a request at each time of `schedule` (seconds, ascending) and report on all of them.

    Request i sends row i of `rows` (float32 [n, 64]; the held-out digits by default, over and
    over), as JSON or `binary`, to server i, of several in turn. `write` makes the body of a row
    for a server that expects another. `headers` has further headers for each request, and `bodies`
    by a request's number what it carries instead of a row. With `hedge_ms`, one that is unanswered
    for so long goes to the next server as well, and the first reply counts. With few `connections`
    to each server, as simpler tools have them, a request waits for one that is free, and `sent_s`
    is when it got it. The run ends when all are answered or `drain_s` after the last request.
    `during` has (seconds, function) pairs to be called here while the load runs there, such as
    `(1.0, server.suspend)`.
    """
    schedule = np.asarray(schedule, dtype=float)
    if schedule.ndim != 1 or not np.isfinite(schedule).all() or (np.diff(schedule) < 0).any():
        raise ValueError("a schedule is a row of finite times (s) in ascending order")
    if len(schedule) > MAX_REQUESTS:
        raise ValueError(f"{len(schedule)} requests are too many; at most {MAX_REQUESTS}")
    if len(schedule) and not 0 <= schedule[0] <= schedule[-1] <= MAX_SECONDS:
        raise ValueError(f"a schedule lies between 0 and {MAX_SECONDS:g} s")
    if not 1 <= connections <= MAX_CONNECTIONS:
        raise ValueError(f"{connections} connections; a server gets 1 to {MAX_CONNECTIONS}")
    if headers and len(headers) != len(schedule):
        raise ValueError(f"{len(headers)} sets of headers for {len(schedule)} requests")
    ports, payloads = _requests(target, rows, binary, write, headers, bodies or {}, len(schedule))
    job = Job(
        ports,
        payloads,
        schedule=schedule.tolist(),
        hedge_s=hedge_ms / 1e3,
        connections=connections,
        drain_s=drain_s,
    )
    return _run(job, during)


def run_closed(
    target: Target | Sequence[Target],
    clients: int,
    seconds: float,
    *,
    rows: np.ndarray | None = None,
    binary: bool = False,
    write: Write | None = None,
    drain_s: float = 5.0,
    during: During = (),
) -> LoadResult:
    """Keep `clients` requests under way for `seconds`: each waits for its reply, then sends again.

    In the result `intended_s` is `sent_s`: a closed loop intends nothing beyond its last reply.
    The other arguments are those of `run_load`.
    """
    if not 1 <= clients <= MAX_CONNECTIONS:
        raise ValueError(f"{clients} clients; a closed loop has 1 to {MAX_CONNECTIONS}")
    if not 0 < seconds <= MAX_SECONDS:
        raise ValueError(f"{seconds:g} s; a run lasts up to {MAX_SECONDS:g} s")
    ports, payloads = _requests(target, rows, binary, write)
    job = Job(ports, payloads, clients=clients, seconds=seconds, drain_s=drain_s)
    return _run(job, during)


def _requests(
    target: Target | Sequence[Target],
    rows: np.ndarray | None,
    binary: bool,
    write: Write | None,
    headers: Sequence[Mapping[str, str]] = (),
    bodies: Mapping[int, bytes] = MappingProxyType({}),
    requests: int = 0,
) -> tuple[list[int], list[bytes]]:
    """Return the ports to send to and the HTTP requests to send, ready made: one for each row, or
    for each of so many requests where they differ in more than their rows."""
    targets = [target] if isinstance(target, ScoringServer | int | str) else target
    addresses = [_address(one) for one in targets]
    ports = [port for port, _ in addresses]
    path, *others = {path for _, path in addresses}
    if others:
        raise ValueError(f"the targets differ in their paths: {path}, {', '.join(others)}")
    rows = digits().X_test if rows is None else np.asarray(rows, dtype=np.float32)
    if rows.ndim != 2 or not len(rows):
        raise ValueError(f"rows has shape {rows.shape}; expected [n, n_features], n at least 1")
    kind = "application/octet-stream" if binary else "application/json"

    def body(row: np.ndarray) -> bytes:
        if write is not None:
            return write(row)
        if binary:
            return row.astype("<f4").tobytes()
        return json.dumps({"features": row.tolist()}).encode()

    def request(body: bytes, more: Mapping[str, str]) -> bytes:
        head = (
            f"POST {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: {kind}\r\n"
            f"content-length: {len(body)}\r\n"
        )
        return (head + "".join(f"{k}: {v}\r\n" for k, v in more.items()) + "\r\n").encode() + body

    ready = [body(row) for row in rows]
    if not headers and not bodies:
        return ports, [request(one, {}) for one in ready]
    return ports, [
        request(bodies.get(i, ready[i % len(ready)]), headers[i] if headers else {})
        for i in range(requests)
    ]


def _address(target: Target) -> tuple[int, str]:
    """Return port and path of a target on this machine; refuse any other."""
    if isinstance(target, ScoringServer):
        return target.port, "/predict"
    if isinstance(target, int):
        return target, "/predict"
    parts = urlsplit(target)
    if parts.scheme != "http" or parts.hostname not in ("127.0.0.1", "localhost"):
        raise ValueError(f"{target} is not on this machine; load goes to http://127.0.0.1 only")
    return parts.port or 80, parts.path or "/predict"


def _run(job: Job, during: During) -> LoadResult:
    """Run `job` in a process of its own."""
    child = Child("labkit.riverton.load_process")
    try:
        pickle.dump(job, child.stdin)
        child.stdin.flush()
        line = child.first_line(timeout_s=30.0)
        if line != STARTED:
            raise LoadError(line)
        seen = _call_on_time(during)
        return make_result(job, pickle.load(child.stdout), seen)
    except ChildError as error:
        raise LoadError(f"the load generator did not start: {error}") from None
    except (BrokenPipeError, EOFError, pickle.UnpicklingError):
        raise LoadError(f"the load generator has died: {child.last_words()}") from None
    finally:
        child.end()


def _call_on_time(during: During) -> list[tuple[float, object]]:
    start = time.perf_counter()
    seen = []
    for at, function in sorted(during, key=lambda pair: pair[0]):
        time.sleep(max(0.0, at - (time.perf_counter() - start)))
        called = time.perf_counter() - start
        seen.append((called, function()))
    return seen
