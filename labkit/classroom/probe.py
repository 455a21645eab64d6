"""Runs a check beside the learner's code, in the same process, and describes what happened.

This is the part of the classroom that is imported where the learner's code runs: in their kernel
and in the gate's trial process. It is imported before that code, so that the built-in names it
keeps are the genuine ones whatever a cell rebinds later.
"""

from __future__ import annotations

import builtins
import contextlib
import io
import json
import linecache
import sys
from dataclasses import asdict, dataclass
from types import TracebackType

LONGEST_MESSAGE = 2000  # characters
_BUILTINS = dict(vars(builtins))


@dataclass(frozen=True)
class Outcome:
    """How a cell or a check ended.

    kind     "passed", "assertion" (of the check), "error" (any other exception), "late" or "died"
    name     the exception's type
    message  the exception's message; for "died", how Python ended
    cell     the text of the learner's cell in which it was raised, empty when in none
    number   the line in that cell, from 1
    line     that line
    """

    kind: str
    name: str = ""
    message: str = ""
    cell: str = ""
    number: int = 0
    line: str = ""


PASSED = Outcome("passed")


def run_check(source: str, names: dict) -> Outcome:
    """Run the check `source` on the learner's `names`.

    The check works in a copy: it leaves no name behind, and sees Python's own built-in names even
    where the learner has bound them to something else (`sum = 0`). What it prints is dropped.
    """
    own = {key: value for key, value in names.items() if key not in _BUILTINS}
    own["__builtins__"] = dict(_BUILTINS)
    try:
        # With optimize=0, asserts stay even where PYTHONOPTIMIZE would take them out.
        code = compile(source, "<check>", "exec", dont_inherit=True, optimize=0)
        with contextlib.redirect_stdout(_Sink()), contextlib.redirect_stderr(_Sink()):
            exec(code, own)
    except BaseException as error:
        return describe(error, names, own)
    return PASSED


def describe(error: BaseException, names: dict, check: dict | None = None) -> Outcome:
    """What was raised, and where in the learner's code.

    A frame is the learner's when its globals are `names`, and the check's when they are `check`;
    the innermost frame that is either decides whose the error is.
    """
    whose, place = None, None
    for frame, number in _walk(error.__traceback__):
        if frame.f_globals is names or frame.f_globals is check:
            whose, place = frame.f_globals, (frame.f_code.co_filename, number)
    kind = "assertion" if isinstance(error, AssertionError) and whose is check else "error"
    cell, number, line = "", 0, ""
    if isinstance(error, SyntaxError) and error.text is not None:
        number, line = error.lineno or 0, error.text.strip()
    elif whose is names and place:
        cell, number = "".join(linecache.getlines(place[0])), place[1]
        line = linecache.getline(*place).strip()
    return Outcome(kind, type(error).__name__, _text(error), cell, number, line)


def _walk(traceback: TracebackType | None):
    while traceback:
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


def _text(error: BaseException) -> str:
    try:
        text = error.msg if isinstance(error, SyntaxError) else str(error)
    except Exception:
        text = "(its message cannot be shown)"
    return text if len(text) <= LONGEST_MESSAGE else text[:LONGEST_MESSAGE] + " ..."


class _Sink(io.TextIOBase):
    """Takes any amount of text and keeps none."""

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        return len(text)


def in_kernel(source: str) -> str:
    """`run_check` for the kernel that this runs in; the Outcome as JSON."""
    return json.dumps(asdict(run_check(source, _names_of_kernel())))


def last_error() -> str:
    """The exception that the kernel's last cell ended with; an Outcome as JSON."""
    error = sys.last_value or RuntimeError("it is not known which")
    return json.dumps(asdict(describe(error, _names_of_kernel())))


def _names_of_kernel() -> dict:
    from IPython import get_ipython

    return get_ipython().user_ns
