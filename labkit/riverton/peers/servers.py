"""The servers under comparison, each as a handle that starts it, watches it and ends it."""

import contextlib
import json
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import numpy as np
import psutil

from labkit import ROOT
from labkit.riverton.child import Child, ChildError
from labkit.riverton.load import Write
from labkit.riverton.peers.ports import free_port
from labkit.riverton.scorers import digits
from labkit.riverton.server import ScoringServer

OURS = "ours"
START_S = 90.0
END_S = 25.0


class PeerError(RuntimeError):
    """A server did not start or did not answer."""


def _rows_of_one(row: np.ndarray) -> bytes:
    return json.dumps({"rows": [{"features": row.tolist()}]}).encode()


@dataclass(frozen=True)
class Peer:
    """A server, how it is started, and by which routes rows get into it."""

    name: str
    package: str = ""  # as it is installed; empty for our own
    module: str = ""  # of labkit.riverton.peers
    options: tuple[str, ...] = ()
    path: str = "/predict"
    routes: tuple[str, ...] = ("JSON",)
    write: Write | None = None  # where it expects another body than {"features": [...]}
    settings: str = ""  # in words, for the record
    scores_in: str = ""  # in the command line of the process that holds the model


PEERS = (
    Peer(OURS, routes=("JSON", "binary"), settings="policy greedy, batches of at most 32"),
    Peer(
        "mosec",
        "mosec",
        "mosec_app",
        path="/inference",
        scores_in="multiprocessing.spawn",
        settings="one worker, max_batch_size 32, max_wait_time 1 ms (the shortest)",
    ),
    Peer(
        "mosec",
        "mosec",
        "mosec_app",
        ("--binary",),
        path="/inference",
        routes=("binary",),
        settings="the same, with a deserialize of its own",
    ),
    Peer(
        "LitServe",
        "litserve",
        "litserve_app",
        settings="one worker and one API server (as by default), max_batch_size 32,"
        " batch_timeout 1 ms, fast_queue (ZeroMQ)",
    ),
    Peer(
        "BentoML",
        "bentoml",
        "bentoml_app",
        write=_rows_of_one,
        settings="one worker, batchable, max_batch_size 32, max_latency_ms 60,000 (the default:"
        " what would take longer is refused), no access log",
    ),
    Peer(
        "Ray Serve",
        "ray",
        "ray_app",
        routes=("JSON", "binary"),
        scores_in="ServeReplica",
        settings="one replica, max_batch_size 32, batch_wait_timeout_s 0, max_ongoing_requests"
        " 256, RAY_SERVE_ENABLE_HA_PROXY=1, RAY_SERVE_THROUGHPUT_OPTIMIZED=1",
    ),
)


def peer(name: str, *options: str) -> Peer:
    """The first of PEERS called `name`, started with further `options`. Raises KeyError."""
    found = {one.name: one for one in reversed(PEERS)}[name]
    return replace(found, options=(*found.options, *options))


# None of them tells its makers about us; the model has one thread; the last two are Ray's own
# "high throughput" mode.
ENVIRONMENT = {
    "OMP_NUM_THREADS": "1",
    "BENTOML_DO_NOT_TRACK": "True",
    "RAY_USAGE_STATS_ENABLED": "0",
    # Ray opens ports to other machines: whoever does not know the token is sent away there.
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": "{secret}",
    "MOSEC_ADDRESS": "127.0.0.1",
    "MOSEC_LOG_LEVEL": "warning",
    "RAY_SERVE_ENABLE_HA_PROXY": "1",
    "RAY_SERVE_THROUGHPUT_OPTIMIZED": "1",
    "RAY_SERVE_LOG_TO_STDERR": "0",
    # Beside what it writes for itself, for else two of them on one machine would meet.
    "RAY_SERVE_HAPROXY_CONFIG_FILE_LOC": "{scratch}/haproxy.cfg",
    "RAY_SERVE_HAPROXY_SOCKET_PATH": "{scratch}/haproxy.sock",
    "RAY_SERVE_HAPROXY_SERVER_STATE_BASE": "{scratch}",
    "RAY_SERVE_HAPROXY_SERVER_STATE_FILE": "{scratch}/haproxy-state",
    "RAY_SERVE_HAPROXY_METRICS_SOCKET_PATH": "{scratch}/haproxy-metrics.sock",
}


def absent(peer: Peer) -> str:
    """Say in a sentence that a peer is not installed here; empty where it is."""
    return "" if version_of(peer) else f"{peer.name} is not installed here, so nothing was run."


def version_of(peer: Peer, python: str = sys.executable) -> str:
    """The version of a peer that the interpreter `python` has; empty where it has none."""
    ask = (
        "import sys, importlib.metadata as m\n"
        "try: print(m.version(sys.argv[1]))\nexcept m.PackageNotFoundError: pass"
    )
    try:
        done = subprocess.run(
            [python, "-c", ask, peer.package],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return done.stdout.strip()


def missing(versions: Mapping[str, str]) -> str:
    """Say in a sentence which peers are not installed (have no version); empty where all are."""
    absent = [name for name, version in versions.items() if not version]
    if not absent:
        return ""
    *others, last = absent
    names = f"{', '.join(others)} and {last}" if others else last
    are, them = ("are", "them") if others else ("is", "it")
    return f"{names} {are} not installed here, so nothing was measured of {them}."


@dataclass(frozen=True)
class Usage:
    """What a server and all its processes take."""

    processes: int
    memory_mb: float
    cpu_s: float


class Running:
    """A running server, with `with`; it ends with us, whatever ends us."""

    def __init__(self, peer: Peer, python: str = sys.executable) -> None:
        self.peer = peer
        self._python = python
        self._ours: ScoringServer | None = None
        self._child: Child | None = None
        self.start_s = 0.0
        """From the start to the first answer."""

    def __enter__(self) -> Self:
        started = time.perf_counter()
        try:
            if not self.peer.module:
                self._ours = ScoringServer("mlp", policy="greedy", max_batch=32).start()
                self.url = f"{self._ours.url}{self.peer.path}"
            else:
                port = free_port()
                self._child = Child("labkit.riverton.peers.keeper", self._order(port))
                self.url = f"http://127.0.0.1:{port}{self.peer.path}"
                self._child.first_line(START_S)
            self._wait_for_an_answer(started + START_S)
        except ChildError as error:
            self._end()
            raise PeerError(f"{self.peer.name} did not start: {error}") from None
        except BaseException:
            self._end()
            raise
        self.start_s = time.perf_counter() - started
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end()

    def _order(self, port: int) -> str:
        module = f"labkit.riverton.peers.{self.peer.module}"
        command = [self._python, "-m", module, *self.peer.options, "--port", str(port)]
        environment = {**ENVIRONMENT, "PYTHONPATH": str(ROOT)}
        return json.dumps(
            {"command": command, "env": environment, "folder": str(ROOT), "port": port}
        )

    def _end(self) -> None:
        ours, self._ours = self._ours, None
        child, self._child = self._child, None
        if ours is not None:
            ours.stop()
        if child is not None:
            child.end(END_S)

    def _wait_for_an_answer(self, until: float) -> None:
        row = digits().X_test[0]
        binary = self.peer.routes == ("binary",)
        body = self.peer.write(row) if self.peer.write else _json(row)
        request = urllib.request.Request(self.url, row.astype("<f4").tobytes() if binary else body)
        kind = "application/octet-stream" if binary else "application/json"
        request.add_header("content-type", kind)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        said = ""
        while time.perf_counter() < until:
            try:
                with opener.open(request, timeout=5) as response:
                    response.read()
                    return
            except urllib.error.HTTPError as error:
                with error:
                    said = f"{error.code} {error.read()[:200].decode(errors='replace')}"
            except OSError as error:
                said = str(error)
            time.sleep(0.02)
        raise PeerError(f"{self.peer.name} gave no answer in {START_S:g} s; the last was: {said}")

    def processes(self) -> list[psutil.Process]:
        """The processes of the server: those that it has started among them."""
        if self._ours is not None:
            return [psutil.Process(self._ours.pid)]
        if self._child is None:
            return []
        return psutil.Process(self._child.pid).children(recursive=True)

    def process_with_the_model(self) -> psutil.Process:
        """The one process that scores. Raises PeerError where it cannot be told."""
        found = [p for p in self.processes() if self.peer.scores_in in " ".join(p.cmdline())]
        if not found:
            raise PeerError(f"no process of {self.peer.name} is known to hold the model")
        return found[-1]

    def ports(self) -> tuple[int, int]:
        """How many ports it listens at: on loopback alone, and within reach of other machines."""
        near, far = set(), set()
        for process in self.processes():
            with contextlib.suppress(psutil.Error):
                for one in process.net_connections(kind="tcp"):
                    if one.status == psutil.CONN_LISTEN:
                        own = one.laddr.ip.startswith("127.") or one.laddr.ip == "::1"
                        (near if own else far).add(one.laddr.port)
        return len(near), len(far)

    def usage(self) -> Usage:
        """Processes, memory and processor time of the server and of all it has started.

        Memory that processes share is counted once where the system tells (Linux), else left out.
        """
        found = [one for one in map(_usage, self.processes()) if one is not None]
        return Usage(len(found), sum(m for m, _ in found) / 1e6, sum(c for _, c in found))


def _usage(process: psutil.Process) -> tuple[float, float] | None:
    try:
        memory, times = process.memory_full_info(), process.cpu_times()
    except psutil.Error:
        return None
    return getattr(memory, "pss", memory.uss), times.user + times.system


def _json(row: np.ndarray) -> bytes:
    return json.dumps({"features": row.tolist()}).encode()


def installed(pythons: Mapping[str, str], peers: Sequence[Peer] = PEERS) -> dict[str, str]:
    """The version of each peer, by name, in the order of PEERS; empty where there is none."""
    return {
        peer.name: version_of(peer, pythons.get(peer.package, sys.executable))
        for peer in peers
        if peer.package
    }
