"""A dask cluster of processes on this machine, or a client of one elsewhere; memory by process."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

import dask
import psutil
from distributed import Client, LocalCluster

QUIET = {
    "logging.distributed": "critical",
    # The default one sends its shards past the books that `bytes_moved` reads.
    "dataframe.shuffle.method": "tasks",
    "distributed.admin.system-monitor.gil.enabled": False,
}

SPARK = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "4g",
    "spark.sql.session.timeZone": "UTC",
}


def start(*, workers: int = 2, scheduler: str | None = None, folder: Path | None = None) -> Client:
    """Return a client of the cluster at `scheduler`, such as "tcp://host:8786".

    With None, `workers` processes with one thread each are started here. They listen on loopback
    only, on ports that are free, show no dashboard, spill into `folder`, and end with us.
    """
    dask.config.set(QUIET)
    if scheduler is not None:
        return Client(scheduler)
    cluster = LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=None,
        # Even without a dashboard there is a small HTTP server, at port 8787 unless told so.
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        worker_dashboard_address="127.0.0.1:0",
        silence_logs=50,
        memory_limit=0,
        local_directory=None if folder is None else str(folder),
    )
    return Client(cluster)


def stop(client: Client) -> None:
    """Close the client, and end the processes that :func:`start` started for it."""
    cluster = client.cluster
    client.close()
    if cluster is not None:
        cluster.close()


def workers(client: Client) -> dict[str, int]:
    """The process id of each worker, by its address."""
    return client.run(os.getpid)


def bytes_moved(client: Client) -> int:
    """Bytes that the workers have sent to each other and to the client since they were started.

    A worker that was started anew begins at 0. Sizes are those in memory, before compression.
    """

    def sent(dask_worker: Any) -> int:
        return dask_worker.transfer_outgoing_bytes_total

    return sum(client.run(sent).values())


def draw_tasks(ax: Any, tasks: Any, colour_of: Callable[[dict], str]) -> float:
    """Draw what each worker did, and when, from a task stream: a bar for each task, on `ax`.

    Time is in seconds after the first step of all, whose time stamp is returned. Waiting for data
    from another worker is a thin grey bar.
    """
    steps = [(task, step) for task in tasks for step in task["startstops"]]
    steps.sort(key=lambda pair: pair[1]["start"])
    begun = steps[0][1]["start"]
    workers = list(dict.fromkeys(task["worker"] for task, _ in steps))
    for task, step in steps:
        moving = step["action"] == "transfer"
        ax.barh(
            workers.index(task["worker"]),
            step["stop"] - step["start"],
            left=step["start"] - begun,
            height=0.3 if moving else 0.62,
            color="#8A8A8A" if moving else colour_of(task),
            edgecolor="white",
            linewidth=0.4,
        )
    ax.set_yticks(range(len(workers)), [f"worker {i + 1}" for i in range(len(workers))])
    ax.grid(axis="y", visible=False)
    return begun


@dataclass(frozen=True)
class Measured:
    """What a call gave, what it took (s), and the resident memory (MB) before and at its peak."""

    result: Any
    seconds: float
    before_mb: float
    peak_mb: float

    @property
    def added_mb(self) -> float:
        """Memory that the call needed beyond what its process held before."""
        return self.peak_mb - self.before_mb


@contextlib.contextmanager
def watch_memory(pids: list[int], every_s: float = 0.004) -> Iterator[Callable[[], float]]:
    """Sample the resident memory of these processes, added up; call the value for the peak, MB."""
    processes = [psutil.Process(pid) for pid in pids]
    seen, over = [0.0], threading.Event()

    def sample() -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            seen.append(sum(process.memory_info().rss for process in processes) / 1e6)

    def watch() -> None:
        while not over.wait(every_s):
            sample()

    sample()
    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield lambda: max(seen)
    finally:
        over.set()
        thread.join()


def measure(call: Callable[..., Any], *arguments: Any, pids: list[int]) -> Measured:
    """Call here, and watch the memory of the processes that do the work."""
    with watch_memory(pids) as peak:
        before, begun = peak(), time.perf_counter()
        result = call(*arguments)
        seconds = time.perf_counter() - begun
    return Measured(result, seconds, before, peak())


@contextlib.contextmanager
def alone() -> Iterator[Callable[..., Measured]]:
    """A new process in which functions of a module are called, one after the other.

    The value is called as `measured(function, *arguments)` and gives a :class:`Measured`, of that
    process. What a call has imported, and memory that it did not give back, count as held before
    the next. The process ends with the block, or with us.
    """
    with ProcessPoolExecutor(1, get_context("spawn"), initializer=_end_with_parent) as pool:
        pid = pool.submit(os.getpid).result()

        def measured(function: Callable[..., Any], *arguments: Any) -> Measured:
            return measure(lambda: pool.submit(function, *arguments).result(), pids=[pid])

        yield measured


def _end_with_parent() -> None:
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def start_spark(threads: int = 2) -> Any | None:
    """A Spark session on this machine that says nothing, or None without pyspark or Java.

    What its Java process writes to standard error, greetings and warnings, goes nowhere.
    """
    if importlib.util.find_spec("pyspark") is None or shutil.which("java") is None:
        return None
    with _no_standard_error(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Spark 4 warns about pandas 3
        from pyspark.sql import SparkSession

        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        build = SparkSession.builder.master(f"local[{threads}]")
        for name, value in SPARK.items():
            build = build.config(name, value)
        session = build.getOrCreate()
        session.sparkContext.setLogLevel("OFF")
    return session


@contextlib.contextmanager
def _no_standard_error() -> Iterator[None]:
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
