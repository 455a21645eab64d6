"""Where solutions, exercises, the learner's copies and the gate's answers lie."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

from labkit import ROOT

EXERCISE = "_exercise"
"""What a learner's copy of an exercise has in its name, behind that of the lesson."""


class NoSuchLesson(Exception):
    """A word that fits no lesson, or more than one; the message names the candidates."""


@dataclass(frozen=True)
class Course:
    """The folders of a course. A lesson is named by its place in them, `NN_chapter/NN_lesson`."""

    root: Path = ROOT

    def lessons(self) -> list[str]:
        """The lessons that have an exercise, in order."""
        found = (self.root / "solutions").glob("[0-9]*/[0-9]*.ipynb")
        return sorted(f"{path.parent.name}/{path.stem}" for path in found)

    def solution(self, lesson: str) -> Path:
        return self.root / "solutions" / f"{lesson}.ipynb"

    def exercise(self, lesson: str) -> Path:
        return self.root / "exercises" / f"{lesson}.ipynb"

    @property
    def work(self) -> Path:
        """The learner's own folder; git does not see it."""
        return self.root / "work"

    def copy(self, lesson: str) -> Path:
        """The learner's own copy of the exercise; that of the lesson lies beside it."""
        return self.work / f"{lesson}{EXERCISE}.ipynb"

    def copies(self) -> dict[Path, Path]:
        """Where the learner's own copy of each lesson and of each exercise lies."""
        found = {}
        for folder, mark in (("chapters", ""), ("exercises", EXERCISE)):
            for original in sorted((self.root / folder).glob("[0-9]*/[0-9]*.ipynb")):
                name = f"{original.parent.name}/{original.stem}{mark}.ipynb"
                found[original] = self.work / name
        return found

    def answers(self, lesson: str) -> Path:
        """The folder with the gate's wrong and right answers, one folder in it for each task."""
        return self.root / "tests" / "answers" / lesson

    def find(self, wanted: str) -> str:
        """The lesson that `wanted` names: all of its name, a part that fits no other, or a path.

        Raises NoSuchLesson.
        """
        lessons = self.lessons()
        name = wanted.replace("\\", "/").lower().removesuffix(".ipynb").removesuffix(EXERCISE)
        name = re.sub(r"^(.*/)?(work|exercises|solutions|chapters)/", "", name)
        fitting = [lesson for lesson in lessons if lesson.lower() == name]
        fitting = fitting or [lesson for lesson in lessons if name in lesson.lower()]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            raise NoSuchLesson(
                f"{wanted!r} fits {len(fitting)} lessons: {', '.join(fitting)}. Write more of it."
            )
        parts = {part: lesson for lesson in lessons for part in (lesson, lesson.split("/")[1])}
        near = difflib.get_close_matches(name, parts, n=3, cutoff=0.4)
        candidates = list(dict.fromkeys(parts[part] for part in near)) or lessons
        raise NoSuchLesson(
            f"No exercise fits {wanted!r}. "
            + (f"There are: {', '.join(candidates)}." if candidates else "There are none yet.")
        )
