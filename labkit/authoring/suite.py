"""`python3 course.py test`: every check that CI runs.

Two runs of pytest: first everything that two processes may share the machine for, by whole files;
then what measures the wall clock, alone.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time

import psutil

from labkit import ROOT

PYTEST = [sys.executable, "-m", "pytest", "-q", "--color=auto"]
NOTEBOOKS = ["chapters", "solutions", "exercises"]
PROCESSES = 2
NO_TESTS_COLLECTED = 5
SECONDS_TO_CLEAN_UP = 20


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="course.py test", description=__doc__.split("\n\n")[0])
    parser.add_argument("--fast", action="store_true", help="only what needs no kernel")
    parallel = ["-n", str(PROCESSES), "--dist", "loadfile"]
    start, cpu_before = time.perf_counter(), _children_cpu()
    if parser.parse_args(arguments).fast:
        status = _pytest(["tests", *parallel, "-m", "not wall_clock and not kernel"])
    else:
        everything = [*NOTEBOOKS, "tests", "--nbval"]
        print("What may run side by side:", flush=True)
        status = _pytest([*everything, *parallel, "-m", "not wall_clock"])
        print("What measures the wall clock, alone:", flush=True)
        status = _pytest([*everything, "-m", "wall_clock"]) or status
    wall, cpu = time.perf_counter() - start, _children_cpu() - cpu_before
    print(f"Every check took {wall:.0f} s, and {cpu:.0f} s of processor time.")
    print("Failed: see above." if status else "All is well.")
    return status


def _pytest(arguments: list[str]) -> int:
    """Run pytest and return its status; interrupted, see to it that pytest cleans up and ends."""
    try:
        status = subprocess.Popen([*PYTEST, *arguments], cwd=ROOT).wait()
    except BaseException:
        _end_children()
        raise
    return 0 if status == NO_TESTS_COLLECTED else status


def _end_children() -> None:
    """Interrupt what we have started, as Ctrl-C does; kill what has not ended soon after."""
    children = psutil.Process().children()
    for child in children if os.name == "posix" else []:
        with contextlib.suppress(psutil.Error):
            child.send_signal(signal.SIGINT)
    for child in psutil.wait_procs(children, SECONDS_TO_CLEAN_UP)[1]:
        with contextlib.suppress(psutil.Error):
            child.kill()


def _children_cpu() -> float:
    """Processor seconds of the child processes that have ended (0 on Windows)."""
    times = os.times()
    return times.children_user + times.children_system
