"""A learner's copy, task by task: run their cells in a kernel, and the course's checks on them.

The checks come from the solution notebook. Those in the learner's copy may have been edited or
deleted, and are left alone.
"""

from __future__ import annotations

import re
import time
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from labkit.classroom.attempt import Attempt, attempts, binds, same
from labkit.classroom.notebook import Cell
from labkit.classroom.probe import PASSED, Outcome
from labkit.classroom.tasks import Exercise
from labkit.classroom.verdict import Standing, Verdict, judge

if TYPE_CHECKING:
    from labkit.classroom.kernel import Kernel


@dataclass(frozen=True)
class Limits:
    """Seconds. A cell that the course wrote may load data for longer than an answer may take."""

    cell: float = 10
    own_cell: float = 60
    start: float = 60
    lesson: float = 180


def verdicts(
    exercise: Exercise,
    stubs: Mapping[str, str],
    cells: Sequence[Cell],
    folder: Path,
    limits: Limits,
) -> Generator[Verdict]:
    """The verdict on each task as it is reached, in the order of the learner's cells `cells`.

    `stubs` holds the untouched solution cells by task id; the kernel works in `folder`. Close the
    generator, or run it to its end, to end the kernel.
    """
    run = _Run(exercise, stubs, cells, folder, limits)
    try:
        for attempt in run.attempts:
            yield run.judge(attempt)
    finally:
        run.end()


def _untouched(attempt: Attempt, stubs: Mapping[str, str]) -> bool:
    stub = stubs.get(attempt.task.id)
    if stub is None or attempt.answer is None:
        return False
    return same(attempt.answer) == same(stub)


class _Run:
    """One pass over a copy. A kernel starts when it is needed; when a cell has ended it, the next
    one gets up to date by running again every cell that ended by itself."""

    def __init__(
        self,
        exercise: Exercise,
        stubs: Mapping[str, str],
        cells: Sequence[Cell],
        folder: Path,
        limits: Limits,
    ) -> None:
        self.attempts = list(attempts(exercise, stubs, cells))
        self._place = exercise.path.parent.name + "/" + exercise.path.name
        self._stubs, self._folder, self._limits = stubs, folder, limits
        self._owners = {same(a.answer): a.task for a in self.attempts if a.answer}
        self._course_cells = {
            same(cell.source) for cell in exercise.cells if cell.is_code and not cell.marks
        }
        self._until = time.monotonic() + limits.lesson
        self._kernel: Kernel | None = None
        self._pending: list[str] = []
        self._history: list[str] = []
        self._trouble = ""
        self._steady = True  # until a plain cell outlasts its time or ends the kernel

    def judge(self, attempt: Attempt) -> Verdict:
        task = attempt.task
        if attempt.answer is None:
            return Verdict(task.id, Standing.FAILING, (self._missing(attempt),))
        self._pending += attempt.cells
        if _untouched(attempt, self._stubs):
            return Verdict(task.id, Standing.NOT_STARTED)
        try:
            outcome, seconds = self._answer(attempt.answer)
            for source in (task.visible, task.hidden):
                if outcome.kind == "passed":
                    kernel, seconds = self._ready(), self._seconds(self._limits.cell)
                    outcome = kernel.check(source, seconds)
        except _Unchecked as error:
            return Verdict(task.id, Standing.UNCHECKED, (str(error),), settled=False)
        verdict = judge(task, outcome, self._owners, seconds)
        also = [self._unknown_name(attempt, outcome)]
        if self._trouble and outcome.kind == "error":
            also += [f"An earlier cell of yours stopped too, which may be why: {self._trouble}"]
        elif not self._steady:
            also += [f"An earlier cell of yours holds the check up: {self._trouble}"]
        reason = (*verdict.reason, *filter(None, also))
        return replace(verdict, reason=reason, settled=verdict.settled and self._steady)

    def _unknown_name(self, attempt: Attempt, outcome: Outcome) -> str:
        """Where a name that the check or the answer did not find should have come from."""
        found = re.match(r"name '(\w+)' is not defined", outcome.message)
        if outcome.name != "NameError" or not found:
            return ""
        name = found[1]
        if name in binds(attempt.task.solution):
            return f"None of your cells defines {name}: is its name spelt as the task wants it?"
        if any(name in binds(source) for source in self._course_cells):
            return (
                f"{name} comes from a cell of the course that is missing or changed in your copy:"
                f" copy it back from exercises/{self._place}."
            )
        return ""

    def _missing(self, attempt: Attempt) -> str:
        if attempt.turned_into:
            return (
                f"The cell with your answer has become a {attempt.turned_into} cell. Select it in"
                " JupyterLab, press Esc and then Y, and it is a code cell again."
            )
        return (
            f"The cell for your answer is missing. Copy it back from exercises/{self._place},"
            " and keep the name that it defines."
        )

    def end(self) -> None:
        if self._kernel:
            self._kernel.close()

    def _answer(self, answer: str) -> tuple[Outcome, float]:
        """Run the cells up to the one with the answer and on to its check. Returns how the answer
        itself ended, and the seconds that it had."""
        result = PASSED, 0.0
        while self._pending:
            source = self._pending[0]
            kernel = self._ready()
            ours = same(source) in self._course_cells
            seconds = self._seconds(self._limits.own_cell if ours else self._limits.cell)
            outcome = kernel.run(source, seconds)
            del self._pending[0]
            if outcome.kind not in ("late", "died"):
                self._history.append(source)
            if source == answer:
                result = outcome, seconds
            elif outcome.kind != "passed" and same(source) not in self._owners:
                self._trouble = self._trouble or _in_short(outcome, seconds)
                self._steady = self._steady and outcome.kind == "error"
        return result

    def _ready(self) -> Kernel:
        """A kernel in which every cell so far has run, but for those that did not end."""
        # Imported where a cell has to run: Jupyter's client takes a third of a second.
        from labkit.classroom.kernel import Kernel, KernelFailed

        while not (self._kernel and self._kernel.alive):
            try:
                self._kernel = Kernel(self._folder, self._seconds(self._limits.start))
            except KernelFailed as error:
                raise _Unchecked(str(error)) from None
            for source in list(self._history):
                outcome = self._kernel.run(source, self._seconds(self._limits.own_cell))
                if outcome.kind in ("late", "died"):
                    self._history.remove(source)
                if not self._kernel.alive:
                    break
        return self._kernel

    def _seconds(self, limit: float) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise _Unchecked(
                f"The {self._limits.lesson:.3g} s for a lesson were used up before this task."
            )
        return min(limit, left)


class _Unchecked(Exception):
    """A task that could not be checked; the message says why."""


def _in_short(outcome: Outcome, seconds: float) -> str:
    match outcome.kind:
        case "late":
            return f"still running after {seconds:.3g} s"
        case "died":
            return "it ended Python"
        case _:
            return f"{outcome.name}: {outcome.message}" if outcome.message else outcome.name
