"""An exercise as plain Python, in a process of its own, under a time limit.

A kernel would start anew for every answer. The bench keeps one process, so that libraries are
imported once, and gives each trial a fresh namespace; a trial that does not end costs the process.
"""

from __future__ import annotations

import asyncio
import contextlib
import linecache
import multiprocessing
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from labkit.classroom.probe import PASSED, Outcome, describe, run_check


@dataclass(frozen=True)
class Trial:
    """Code cells to run in order, in `folder`, and then checks on the names they made."""

    cells: Sequence[str]
    checks: Sequence[str]
    folder: Path


class Bench:
    """Runs trials one after the other. Use it in a `with` statement: its process ends with it."""

    def __init__(self) -> None:
        self._process: multiprocessing.Process | None = None
        self._connection: Connection | None = None

    def __enter__(self) -> Bench:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def run(self, trial: Trial, seconds: float) -> Outcome:
        """How the trial ended: the first cell or check that did not pass, or PASSED."""
        if self._process is None:
            self._start()
        try:
            self._connection.send(trial)
            if self._connection.poll(seconds):
                return self._connection.recv()
        except (EOFError, OSError):
            self._process.join()
            code = self._process.exitcode
            self._end()
            return Outcome("died", message=f"exit status {code}")
        self._end()
        return Outcome("late", message=f"over {seconds:.3g} s")

    def _start(self) -> None:
        # Spawned on every system: a fork would copy pytest's threads and open files.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._connection.recv()  # ready: what follows is the trial's own time

    def _end(self) -> None:
        if self._process:
            self._process.kill()
            self._process.join()
            self._connection.close()
            self._process = self._connection = None


def _serve(connection: Connection) -> None:
    threading.Thread(target=_follow_parent, daemon=True).start()
    os.environ["MPLBACKEND"] = "agg"
    silence = os.open(os.devnull, os.O_WRONLY)
    for descriptor in (1, 2):
        os.dup2(silence, descriptor)
    connection.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            connection.send(asyncio.run(_run(connection.recv())))


def _follow_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)


async def _run(trial: Trial) -> Outcome:
    """A coroutine that awaits nothing: notebooks run inside an event loop, where asyncio.run is
    refused, and what fails for the learner must fail here."""
    from IPython.display import display

    os.chdir(trial.folder)
    names = {"__name__": "__main__", "display": display}
    for number, source in enumerate(trial.cells, start=1):
        file = f"<cell {number}>"
        linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
        try:
            exec(compile(source, file, "exec", dont_inherit=True, optimize=0), names)
        except BaseException as error:
            return describe(error, names)
    for source in trial.checks:
        if (outcome := run_check(source, names)) != PASSED:
            return outcome
    return PASSED
