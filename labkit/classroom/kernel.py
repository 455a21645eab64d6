"""The learner's cells in a Jupyter kernel, under time limits, whatever the cells do.

Only the shell channel is opened. The kernel's output goes out on another one, and without a
subscriber it is dropped at the source: a cell that prints without end costs no memory here.
"""

from __future__ import annotations

import ast
import contextlib
import json
import os
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from queue import Empty

import psutil
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client import KernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

from labkit import ROOT
from labkit.classroom.probe import PASSED, Outcome, describe

GRACE = 2.0  # seconds in which an interrupted kernel must answer
POLL = 0.1  # seconds between two looks at whether the kernel still lives
MOST_MEMORY = 3e9  # bytes; a loop that collects without end would take the learner's machine
LONGEST_SOCKET = 80  # characters; systems allow about a hundred, and the kernel adds some
PROBE = "__import__('labkit.classroom.probe', fromlist=['probe'])"


class KernelFailed(Exception):
    """No kernel could be started; the message says what to do."""


class Kernel:
    """One kernel that works in `folder`. Use it in a `with` statement: it ends with the block,
    and so does every process that the learner's code started in it."""

    def __init__(self, folder: Path, seconds: float) -> None:
        """Start the kernel, within `seconds`. Raises KernelFailed."""
        self._scratch = tempfile.TemporaryDirectory(prefix="check", ignore_cleanup_errors=True)
        self._manager = KernelManager(
            kernel_spec_manager=_OwnPython(),
            connection_file=str(Path(self._scratch.name) / "kernel.json"),
            **_sockets(Path(self._scratch.name)),
        )
        self._client = None
        self.alive = True
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        try:
            self._manager.start_kernel(
                cwd=str(folder),
                env={**os.environ, "PYTHONPATH": path},
                extra_arguments=["--HistoryManager.enabled=False"],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
            self._client = self._manager.client()
            self._client.start_channels(iopub=False, stdin=False, hb=False, control=False)
            started = self.check("", seconds)  # by the way it imports the probe, before any cell
        except Exception as error:
            self.close()
            raise KernelFailed(f"The notebook kernel does not start: {error}.") from None
        except BaseException:
            self.close()
            raise
        if started.kind != "passed":
            self.close()
            raise KernelFailed(
                f"The notebook kernel did not start within {seconds:.3g} s. Is the machine busy?"
                if started.kind == "late"
                else "The notebook kernel does not start. Delete the folder .venv, run"
                " python3 course.py lab, which sets it up anew, and try again."
            )

    def __enter__(self) -> Kernel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def run(self, source: str, seconds: float) -> Outcome:
        """Run one of the learner's cells; it is interrupted after `seconds`."""
        content, late = self._execute(source, {}, seconds)
        if isinstance(content, Outcome):
            return content
        if content.get("status") == "ok":
            if any(part.get("source") == "ask_exit" for part in content.get("payload", ())):
                return self._lost(Outcome("died", "exit"))
            return Outcome("late") if late else PASSED
        outcome = self._ask("last_error()", GRACE)
        if outcome.name != content.get("ename"):  # the cell failed before it could be run
            outcome = Outcome("error", content.get("ename", ""), content.get("evalue", ""))
        if outcome.message == "incomplete input":
            outcome = _syntax_error(source) or outcome
        return _late(outcome) if late else outcome

    def check(self, source: str, seconds: float) -> Outcome:
        """Run a check on the names that the learner's cells have made."""
        return self._ask(f"in_kernel({source!r})", seconds)

    def close(self) -> None:
        """End the kernel and every process below it; nothing more when that is done already."""
        if not self.alive:
            return
        self.alive = False
        family = _descendants(self._process)
        with contextlib.suppress(RuntimeError):
            self._manager.shutdown_kernel(now=True)
        for process in family:
            with contextlib.suppress(psutil.Error):
                process.kill()
        if self._client:
            self._client.stop_channels()
            self._client = None
        self._scratch.cleanup()

    @property
    def _process(self) -> subprocess.Popen | None:
        return getattr(self._manager.provisioner, "process", None)

    def _ask(self, call: str, seconds: float) -> Outcome:
        """Evaluate a call of the probe's.

        As a user expression it goes past the input and syntax transformers that a cell may have
        installed; those could blank every assert.
        """
        content, late = self._execute("", {"answer": f"{PROBE}.{call}"}, seconds)
        if isinstance(content, Outcome):
            return content
        answer = content.get("user_expressions", {}).get("answer", {})
        if late and answer.get("status") != "ok":
            return Outcome("late")
        if any(part.get("source") == "ask_exit" for part in content.get("payload", ())):
            return self._lost(Outcome("died", "exit"))
        try:
            text = ast.literal_eval(answer["data"]["text/plain"])
            outcome = Outcome(**json.loads(text))
        except (KeyError, TypeError, ValueError, SyntaxError):
            return Outcome("error", answer.get("ename", "Error"), answer.get("evalue", ""))
        return _late(outcome) if late else outcome

    def _execute(self, code: str, expressions: dict, seconds: float) -> tuple[dict | Outcome, bool]:
        """The kernel's reply, or the Outcome when none came; and whether it took too long."""
        message = self._client.execute(
            code,
            store_history=False,
            user_expressions=expressions,
            allow_stdin=False,
            stop_on_error=False,  # or the kernel may abort the request after a failing one
        )
        deadline, late = time.monotonic() + seconds, False
        while True:
            try:
                reply = self._client.get_shell_msg(timeout=POLL)
            except Empty:
                if (status := self._process.poll()) is not None:
                    return self._lost(Outcome("died", message=_ending(status))), late
                if _memory(self._process) > MOST_MEMORY:
                    return self._lost(Outcome("died", "memory")), late
            else:
                if reply["parent_header"].get("msg_id") == message:
                    return reply["content"], late
            if time.monotonic() > deadline:
                if late:
                    return self._lost(Outcome("late")), late
                self._manager.interrupt_kernel()
                deadline, late = time.monotonic() + GRACE, True

    def _lost(self, outcome: Outcome) -> Outcome:
        self.close()
        return outcome


class _OwnPython(KernelSpecManager):
    """The Python that runs this, whatever kernels the learner has installed under its name."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(**get_kernel_dict())


def _sockets(folder: Path) -> dict[str, str]:
    """How to reach the kernel: through files where the system has such sockets. A network port that
    was free when it was chosen may be taken by another program before the kernel opens it."""
    path = str(folder / "kernel")
    if os.name == "nt" or len(path) > LONGEST_SOCKET:
        return {}
    return {"transport": "ipc", "ip": path}


def _syntax_error(source: str) -> Outcome | None:
    """What Python says against the source. IPython compiles it as the first part of something that
    may go on, and then knows only that there is no more."""
    try:
        compile(source, "<cell>", "exec", dont_inherit=True)
    except SyntaxError as error:
        return describe(error, {})
    return None


def _late(outcome: Outcome) -> Outcome:
    return Outcome("late", cell=outcome.cell, number=outcome.number, line=outcome.line)


def _ending(code: int) -> str:
    """How a process ended: by itself with an exit status, or by a signal."""
    if code >= 0:
        return f"exit status {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def _memory(process: subprocess.Popen) -> int:
    with contextlib.suppress(psutil.Error):
        return psutil.Process(process.pid).memory_info().rss
    return 0


def _descendants(process: subprocess.Popen | None) -> list[psutil.Process]:
    if process is None:
        return []
    with contextlib.suppress(psutil.Error):
        return psutil.Process(process.pid).children(recursive=True)
    return []
