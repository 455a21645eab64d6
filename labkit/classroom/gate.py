"""The four-sided gate: what a task's checks must say before a learner meets them.

The solution passes; the untouched stub fails because nothing is written yet; each plausible wrong
answer fails an assertion whose message helps that very mistake; a right answer written another way
passes. An answer is a file tests/answers/<chapter>/<lesson>/<task>/wrong_<why>.py or
right_<how>.py that holds the whole solution cell; a wrong one starts with the line
`# message: <a part of the message that it must meet>`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from labkit.classroom.course import Course
from labkit.classroom.notebook import read_cells
from labkit.classroom.probe import Outcome
from labkit.classroom.tasks import AnatomyError, Exercise, Task, is_solution, read
from labkit.classroom.trial import Bench, Trial

SECONDS = 30.0
LEAST_WRONG, LEAST_RIGHT = 2, 1


def subjects(course: Course) -> list[tuple[str, str]]:
    """(lesson, task id) of every task. A solution that cannot be read has none; its anatomy is
    another test's matter."""
    found = []
    for lesson in course.lessons():
        try:
            found += [(lesson, task.id) for task in read(course.solution(lesson)).tasks]
        except AnatomyError:
            continue
    return found


def strays(course: Course) -> list[str]:
    """Answers that no task asks for, one line each: left behind by a task that was renamed."""
    asked = {course.answers(lesson) / task for lesson, task in subjects(course)}
    found = sorted({file.parent for file in (course.root / "tests" / "answers").rglob("*.py")})
    return [
        f"{folder.relative_to(course.root).as_posix()}: no such task"
        for folder in found
        if folder not in asked
    ]


def problems(
    course: Course, lesson: str, task_id: str, bench: Bench, seconds: float = SECONDS
) -> list[str]:
    """What the gate says against a task, one line for each side that fails; empty when none does.

    Each side has `seconds`.
    """
    exercise = read(course.solution(lesson))
    task = next(task for task in exercise.tasks if task.id == task_id)
    gate = _Gate(exercise, task, bench, seconds)
    stubs = {c.grade_id: c.source for c in read_cells(course.exercise(lesson)) if is_solution(c)}
    found = [*gate.solution(), *gate.stub(stubs.get(task_id))]
    found += gate.answers(course.answers(lesson) / task_id)
    return [f"{lesson}, task {task_id}: {line}" for line in found]


class _Gate:
    def __init__(self, exercise: Exercise, task: Task, bench: Bench, seconds: float) -> None:
        self._task, self._bench, self._seconds = task, bench, seconds
        self._folder = exercise.path.parent
        checks = {source for t in exercise.tasks for source in (t.visible, t.hidden)}
        self._before = [
            cell.source
            for cell in exercise.cells[: task.start]
            if cell.is_code and cell.source not in checks
        ]
        self._after = [c.source for c in exercise.cells[task.start + 1 : task.end] if c.is_code]

    def solution(self) -> Iterator[str]:
        outcome = self._outcome(self._task.solution)
        if outcome.kind != "passed":
            yield f"the solution fails: {_words(outcome)}"

    def stub(self, source: str | None) -> Iterator[str]:
        if source is None:
            yield "its exercise has no such cell; run python3 course.py sync"
            return
        outcome = self._outcome(source)
        if outcome.kind == "passed":
            yield "the untouched stub passes"
        elif outcome.name != "NotImplementedError":
            yield f"the untouched stub fails for another reason: {_words(outcome)}"

    def answers(self, folder: Path) -> Iterator[str]:
        files = sorted(folder.glob("*.py"))
        wrong = [file for file in files if file.name.startswith("wrong_")]
        right = [file for file in files if file.name.startswith("right_")]
        for kind, found, least in (("wrong", wrong, LEAST_WRONG), ("right", right, LEAST_RIGHT)):
            if len(found) < least:
                yield f"has {len(found)} answers {kind}_*.py and needs at least {least}"
        for file in files:
            if file not in wrong + right:
                yield f"{file.name} is neither wrong_<why>.py nor right_<how>.py"
        for file in wrong:
            yield from (f"{file.name} {line}" for line in self._wrong(file))
        for file in right:
            yield from (f"{file.name} {line}" for line in self._right(file))

    def _wrong(self, file: Path) -> Iterator[str]:
        source = file.read_text(encoding="utf-8")
        expected = re.match(r"# message: *(\S.*)", source)
        if not expected:
            yield "must start with the line '# message: <part of the message it must meet>'"
            return
        outcome = self._outcome(source)
        if outcome.kind == "passed":
            yield "passes every check"
        elif outcome.kind != "assertion":
            yield f"meets no assertion: {_words(outcome)}"
        elif _spaced(expected[1]) not in _spaced(outcome.message):
            yield f"meets {_spaced(outcome.message)!r} instead of {_spaced(expected[1])!r}"

    def _right(self, file: Path) -> Iterator[str]:
        source = file.read_text(encoding="utf-8")
        outcome = self._outcome(source)
        if outcome.kind != "passed":
            yield f"fails: {_words(outcome)}"
        elif _code(source) == _code(self._task.solution):
            yield "is the solution itself, not another way"

    def _outcome(self, answer: str) -> Outcome:
        cells = [*self._before, answer, *self._after]
        checks = [self._task.visible, self._task.hidden]
        return self._bench.run(Trial(cells, checks, self._folder), self._seconds)


def _words(outcome: Outcome) -> str:
    said = _spaced(outcome.message)
    where = f" in the line {outcome.line!r}" if outcome.line else ""
    match outcome.kind:
        case "late":
            return f"it does not end ({said})"
        case "died":
            return f"it ends Python ({said})"
        case _:
            return f"{outcome.name}: {said}{where}" if said else f"{outcome.name}{where}"


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _code(source: str) -> str:
    """The code without its comments and layout."""
    return ast.dump(ast.parse(source))
