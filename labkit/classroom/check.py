"""The command `check`: where each task of an exercise stands, or a table of your progress."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Generator, Sequence
from contextlib import closing
from typing import TextIO

from labkit.classroom.checking import Limits, verdicts
from labkit.classroom.course import EXERCISE, Course, NoSuchLesson
from labkit.classroom.memory import Memory
from labkit.classroom.notebook import Cell, Unreadable, read_cells
from labkit.classroom.report import Report
from labkit.classroom.tasks import AnatomyError, Exercise, is_solution, read
from labkit.classroom.verdict import Standing, Verdict

FAILED, MISUSED, INTERRUPTED = 1, 2, 130  # exit statuses, by the shell's convention


class CannotCheck(Exception):
    """A lesson that cannot be checked at all; the message says why and what to do."""


class NoCopy(CannotCheck):
    """A lesson that the learner has no copy of."""


def main(
    argv: Sequence[str] | None = None,
    course: Course | None = None,
    limits: Limits | None = None,
    stream: TextIO | None = None,
) -> int:
    """Run `check [LESSON]`; the exit status is 0 when every task asked for has passed."""
    parser = argparse.ArgumentParser(
        prog="course.py check", description="Check your answers to the exercises."
    )
    parser.add_argument(
        "lesson", nargs="?", help="a lesson, or a part of its name; without it: your progress"
    )
    wanted = parser.parse_args(argv).lesson
    checker = Checker(course or Course(), limits or Limits(), Report(stream or sys.stdout))
    try:
        return checker.lesson(wanted) if wanted else checker.progress()
    except NoSuchLesson as error:
        print(error, file=sys.stderr)
        return MISUSED
    except CannotCheck as error:
        print(error, file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return INTERRUPTED


class Checker:
    """Checks the learner's copies in `course` and writes what it finds to `report`."""

    def __init__(self, course: Course, limits: Limits, report: Report) -> None:
        self._course, self._limits, self._report = course, limits, report
        self._memory = Memory(course)

    def lesson(self, wanted: str) -> int:
        """Every task of one lesson, with what is wrong. Raises CannotCheck, NoSuchLesson."""
        lesson = self._course.find(wanted)
        exercise, cells = self._exercise(lesson), self._copy(lesson)
        tasks = {task.id: task for task in exercise.tasks}
        self._report.line(lesson)
        self._report.line()
        found = {}
        with closing(self._verdicts(lesson, exercise, cells)) as arriving:
            for verdict in arriving:
                found[verdict.task] = verdict
                self._report.verdict(tasks[verdict.task], verdict)
        self._report.line()
        self._report.closing(exercise, found, self._course.copy(lesson))
        return _status([verdict.standing for verdict in found.values()])

    def progress(self) -> int:
        """A table with a row for each lesson."""
        report, standings, following = self._report, [], ""
        for lesson in self._course.lessons():
            try:
                exercise = self._exercise(lesson)
            except CannotCheck as error:
                report.row(lesson, "", [], str(error))
                standings.append(Standing.UNCHECKED)
                continue
            try:
                with closing(self._verdicts(lesson, exercise, self._copy(lesson))) as arriving:
                    by_task = {verdict.task: verdict.standing for verdict in arriving}
                note, row = "", [by_task[task.id] for task in exercise.tasks]
            except CannotCheck as error:
                note = "no copy yet" if isinstance(error, NoCopy) else str(error)
                row = [Standing.UNCHECKED] * len(exercise.tasks)
            passed = f"{row.count(Standing.PASSED)} of {len(row)}" if row else "by hand"
            report.row(lesson, passed, row, note)
            standings += row
            if _status(row) and not following:
                begun = self._course.copy(lesson).exists()
                following = f"check {lesson.split('/')[1]}" if begun else "lab"
        if not standings:
            report.line("There are no exercises yet.")
            return 0
        report.line()
        report.legend(standings)
        text = f"{standings.count(Standing.PASSED)} of {len(standings)} tasks passed."
        if following:
            text += f" Next: python3 course.py {following}"
        report.line(text)
        return _status(standings)

    def _verdicts(self, lesson: str, exercise: Exercise, cells: list[Cell]) -> Generator[Verdict]:
        kept = self._memory.recall(lesson, cells)
        if kept is not None:
            yield from kept
            return
        fresh = []
        stubs = self._stubs(lesson)
        folder = self._course.copy(lesson).parent
        with closing(verdicts(exercise, stubs, cells, folder, self._limits)) as arriving:
            for verdict in arriving:
                fresh.append(verdict)
                yield verdict
        self._memory.keep(lesson, cells, fresh)

    def _exercise(self, lesson: str) -> Exercise:
        try:
            return read(self._course.solution(lesson))
        except AnatomyError as error:
            raise CannotCheck(f"The course's own solution is broken: {error}") from None

    def _stubs(self, lesson: str) -> dict[str, str]:
        """The untouched solution cells, from the exercise as it was handed out."""
        try:
            cells = read_cells(self._course.exercise(lesson))
        except Unreadable as error:
            raise CannotCheck(f"exercises/{lesson}.ipynb cannot be read: {error}.") from None
        return {cell.grade_id: cell.source for cell in cells if is_solution(cell)}

    def _copy(self, lesson: str) -> list[Cell]:
        path = self._course.copy(lesson)
        if not path.exists():
            raise NoCopy("No copy yet: run python3 course.py lab.")
        try:
            return read_cells(path)
        except Unreadable as error:
            raise CannotCheck(
                f"work/{lesson}{EXERCISE}.ipynb is not a readable notebook: {error}. Mend it, or"
                " move it away and run python3 course.py lab for a fresh copy."
            ) from None


def _status(standings: Sequence[Standing]) -> int:
    return FAILED if any(standing != Standing.PASSED for standing in standings) else 0


if __name__ == "__main__":
    sys.exit(main())
