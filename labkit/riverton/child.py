"""A Python module run as a process of its own, whose life is tied to ours."""

import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from queue import Empty, Queue
from typing import IO

import psutil

from labkit import ROOT
from labkit.riverton.system import child_options


class ChildError(RuntimeError):
    """A process that we started is not ready in time, or is dead."""


class Child:
    """`python -m module arguments`, with pipes to its standard input and output.

    The module calls `system.exit_with_parent`, so it ends when its standard input closes, and with
    that when we end, even if we are killed. What it writes to standard error is kept for errors.
    """

    def __init__(self, module: str, *arguments: str) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self._process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            cwd=ROOT,
            # One thread for the model: it shares the machine with everything else.
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            **child_options(),
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self.stdin: IO[bytes] = self._process.stdin
        self.stdout: IO[bytes] = self._process.stdout
        self.pid = self._process.pid

    def first_line(self, timeout_s: float) -> str:
        """Wait for the first line that the child prints. Raises ChildError with its last words."""
        lines: Queue[bytes] = Queue()
        threading.Thread(target=lambda: lines.put(self.stdout.readline()), daemon=True).start()
        try:
            line = lines.get(timeout=timeout_s)
        except Empty:
            raise ChildError(f"not ready after {timeout_s:g} s") from None
        if not line:
            raise ChildError(self.last_words())
        return line.decode().strip()

    def last_words(self) -> str:
        """Return the last line of what the child, which is ending, wrote to standard error."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(5.0)
        self._errors.seek(0)
        lines = self._errors.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else f"it said nothing (exit status {self._process.returncode})"

    def suspend(self) -> None:
        """Stop the child in its tracks."""
        psutil.Process(self.pid).suspend()

    def resume(self) -> None:
        """Let it go on."""
        psutil.Process(self.pid).resume()

    def kill(self) -> None:
        """End the child at once."""
        self._process.kill()
        self.end()

    def end(self, timeout_s: float = 0.0) -> int:
        """Close the child's input, give it so long to end, then kill it; return its exit status."""
        try:
            with contextlib.suppress(psutil.NoSuchProcess):
                self.resume()  # a suspended process cannot end
            with contextlib.suppress(OSError):
                # A word as well: a process forked from ours may hold the other end open.
                self.stdin.write(b"\n")
                self.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout_s)
        finally:
            self._process.kill()
            status = self._process.wait()
            self.stdout.close()
            self._errors.close()
        return status
