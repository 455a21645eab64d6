"""The log that a running process writes: JSON lines of `labkit.logs.records`, one event per line.

Each process writes a file of its own, so that no two can tear each other's lines. A line is put
into memory where it happens, which takes some microseconds, and a thread writes what has gathered
every fraction of a second: a process that is killed takes its last lines with it.
"""

import sys
import threading
from collections import deque
from datetime import UTC, datetime
from importlib.metadata import version as installed_version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import orjson
import psutil
import structlog
from structlog.typing import EventDict

from labkit.logs.records import EVENTS, NAMES

RESOURCE_EVERY_S = 0.25
# How a package is installed, and how it is imported.
_PACKAGES = {
    "numpy": "numpy",
    "onnxruntime": "onnxruntime",
    "orjson": "orjson",
    "prometheus-client": "prometheus_client",
    "scikit-learn": "sklearn",
    "scipy": "scipy",
    "starlette": "starlette",
    "structlog": "structlog",
    "uvicorn": "uvicorn",
}


class ServiceLog:
    """The log of one process, with `with` or with `start()` and `stop()`.

        with ServiceLog("scorer-1.jsonl", instance="scorer-1", version="1.0") as log:
            log.write("request", status=200, latency_ms=3.2)

    It begins with an instance_start that names the packages in use, ends with an instance_stop,
    and has a resource line every `every_s` seconds in between (0: none of the three, for a
    process that only notes what it does, such as a deployment tool).
    """

    def __init__(
        self,
        path: Path | str,
        *,
        instance: str,
        version: str | None = None,
        every_s: float = RESOURCE_EVERY_S,
    ) -> None:
        self.path = Path(path)
        self.every_s = every_s
        self._lines: deque[bytes] = deque()
        who = {"instance": instance} | ({"version": version} if version else {})
        self._log = structlog.wrap_logger(
            _Memory(self._lines),
            processors=[_in_order, structlog.processors.JSONRenderer(orjson.dumps)],
            wrapper_class=structlog.BoundLogger,
            context_class=dict,
        ).bind(**who)
        self._process = psutil.Process()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="log", daemon=True)

    def write(self, event: str, level: str = "info", /, **fields: Any) -> None:
        """Note one event. A field that is None is left out.

        Raises ValueError for an event or a field that `labkit.logs.records` does not have.
        """
        if event not in EVENTS:
            raise ValueError(f"there is no event {event!r}; choose one of {', '.join(EVENTS)}")
        getattr(self._log, level)(event, level=level, **fields)

    def start(self) -> Self:
        if self.every_s:
            self._process.cpu_percent()  # the first call only sets the clock
            self.write("instance_start", packages=packages())
        self._flush()
        self._thread.start()
        return self

    def stop(self) -> None:
        """Write what is left; the file then ends with instance_stop."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()
        if self.every_s:
            self.write("instance_stop")
        self._flush()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _run(self) -> None:
        while not self._stopped.wait(self.every_s or RESOURCE_EVERY_S):
            if self.every_s:
                self.write("resource", **resources(self._process))
            self._flush()

    def _flush(self) -> None:
        waiting = [self._lines.popleft() for _ in range(len(self._lines))]
        with self.path.open("ab", buffering=0) as file:  # whole lines, in one call
            file.write(b"".join(waiting))


def resources(process: psutil.Process) -> dict[str, float]:
    """Return `rss_mb` (MB of 10^6 bytes) and `cpu` (cores used since it was last asked)."""
    return {
        "rss_mb": round(process.memory_info().rss / 1e6, 2),
        "cpu": round(process.cpu_percent() / 100, 3),
    }


def packages() -> dict[str, str]:
    """Return the version of Python and of each package that this process has really imported."""
    found = {name: installed_version(name) for name, top in _PACKAGES.items() if top in sys.modules}
    return {"python": ".".join(map(str, sys.version_info[:3])), **found}


class _Memory:
    """Where structlog puts its lines."""

    def __init__(self, lines: deque[bytes]) -> None:
        self._lines = lines

    def _append(self, line: bytes) -> None:
        self._lines.append(line + b"\n")

    debug = info = warning = error = _append


def _in_order(logger: object, method: str, event: EventDict) -> EventDict:
    """A processor of structlog: the time, and the fields in the order of the record."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    event["ts"] = now.replace("+00:00", "Z")
    if unknown := event.keys() - _KNOWN:
        raise ValueError(f"a log line has no field {', '.join(sorted(unknown))}")
    return {name: event[name] for name in NAMES if event.get(name) is not None}


_KNOWN = frozenset(NAMES)
