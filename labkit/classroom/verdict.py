"""What a learner reads about a task: passed, not started, or what is wrong and where to look."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from labkit.classroom.attempt import same
from labkit.classroom.probe import Outcome
from labkit.classroom.tasks import Task

# What input() raises where nobody can type: in a cell, and in a check.
NO_INPUT = re.compile("StdinNotImplementedError: |EOFError: EOF when reading a line")
# What no hint about the task can mend.
NO_HINT = (
    "NotImplementedError", "SystemExit", "SyntaxError", "IndentationError", "TabError",
    "NameError", "ImportError", "ModuleNotFoundError",
)  # fmt: skip


class Standing(StrEnum):
    PASSED = "passed"
    FAILING = "not yet"
    NOT_STARTED = "not started"
    UNCHECKED = "not checked"


@dataclass(frozen=True)
class Verdict:
    """Where a task stands.

    reason   sentences for the learner, one paragraph each
    line     the line of the learner's own code that it is about, or empty
    hint     the number of the hint to open, or 0
    settled  whether the same copy would be judged alike again (a time limit may not)
    """

    task: str
    standing: Standing
    reason: tuple[str, ...] = ()
    line: str = ""
    hint: int = 0
    settled: bool = True


def judge(task: Task, outcome: Outcome, owners: Mapping[str, Task], seconds: float) -> Verdict:
    """The verdict on a task whose cell or check ended with `outcome`.

    `owners` says, by the text of the learner's cells, which task a cell answers; `seconds` is the
    limit that held.
    """
    if outcome.kind == "passed":
        return Verdict(task.id, Standing.PASSED)
    owner = owners.get(same(outcome.cell)) if outcome.cell else None
    where = _where(task, owner, outcome)
    reason = _reason(task, owner, outcome, where, seconds)
    hint = 1
    if outcome.kind == "assertion":
        named = re.search(r"\b[Hh]int (\d+)", outcome.message)
        hint = int(named[1]) if named else 0
    elif outcome.kind == "died" or outcome.name in NO_HINT or owner not in (None, task):
        hint = 0
    return Verdict(
        task.id,
        Standing.FAILING,
        (reason,),
        line="" if outcome.name == "NotImplementedError" else outcome.line,
        hint=hint if hint <= len(task.hints) else 0,
        settled=outcome.kind not in ("late", "died"),
    )


def _where(task: Task, owner: Task | None, outcome: Outcome) -> str:
    if not outcome.number:
        return ""
    if not outcome.cell or owner == task:
        return f" in line {outcome.number} of your cell"
    if owner:
        return f" in line {outcome.number} of your cell for task {owner.number}"
    return f" in line {outcome.number} of another of your cells"


def _reason(task: Task, owner: Task | None, outcome: Outcome, where: str, seconds: float) -> str:
    raised = f"{outcome.name}: {outcome.message}" if outcome.message else outcome.name
    match outcome:
        case Outcome(kind="assertion", message=""):
            return "A check failed without a message."
        case Outcome(kind="assertion"):
            return outcome.message
        case Outcome(kind="late"):
            return f"Still running after {seconds:.3g} s{where}. Is there a loop that never ends?"
        case Outcome(kind="died", name="exit") | Outcome(name="SystemExit"):
            return f"exit() ends the notebook{where}. Return a value or raise an error instead."
        case Outcome(kind="died", name="memory"):
            return "Your code used up gigabytes of memory. Does a loop collect without end?"
        case Outcome(kind="died", message="SIGKILL"):
            return "Python was killed while your code ran, as happens when memory is used up."
        case Outcome(kind="died"):
            return f"Python itself ended while your code ran ({outcome.message})."
        case Outcome(name="NotImplementedError") if owner and owner != task:
            return f"It calls the answer to task {owner.number}, which is not written yet."
        case Outcome(name="NotImplementedError") if owner:
            return f"raise NotImplementedError() still stands{where}. Write your code in its place."
        case _ if NO_INPUT.match(raised):
            return f"input() waits for somebody to type{where}. Take the value as an argument."
        case Outcome() if where:
            return f"{raised},{where}:"
        case Outcome(name="TypeError") if "NoneType" in outcome.message:
            return f"The check got None from your answer: is a return missing? ({raised})"
        case _:
            return f"The check could not work with your answer. {raised}"
