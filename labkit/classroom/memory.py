"""Verdicts kept for copies that have not changed, so that `check` answers at once.

Kept is what would come out alike: no verdict that hangs on a time limit. The key is a hash of all
that a verdict depends on, so nothing has to be thrown away by hand when the course is updated.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from labkit import ROOT
from labkit.classroom.course import Course
from labkit.classroom.notebook import Cell
from labkit.classroom.verdict import Standing, Verdict
from labkit.files import replace_text


class Memory:
    """The verdicts of a course, one small file for each lesson under its folder .cache/check."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._code = _digest(sorted((ROOT / "labkit").rglob("*.py")))

    def recall(self, lesson: str, cells: Sequence[Cell]) -> list[Verdict] | None:
        """The verdicts on a copy with these cells, or None when they have to be found."""
        try:
            kept = json.loads(self._file(lesson).read_text(encoding="utf-8"))
            if kept["key"] == self._key(lesson, cells):
                return [_verdict(raw) for raw in kept["verdicts"]]
        except (OSError, KeyError, TypeError, ValueError):
            pass
        return None

    def keep(self, lesson: str, cells: Sequence[Cell], verdicts: Sequence[Verdict]) -> None:
        """Keep the verdicts, when all of them are settled. A disk that refuses is no matter."""
        if not all(verdict.settled for verdict in verdicts):
            return
        content = {"key": self._key(lesson, cells), "verdicts": [asdict(v) for v in verdicts]}
        with contextlib.suppress(OSError):
            replace_text(self._file(lesson), json.dumps(content))

    def _file(self, lesson: str) -> Path:
        return self._course.root / ".cache" / "check" / f"{lesson.replace('/', '.')}.json"

    def _key(self, lesson: str, cells: Sequence[Cell]) -> str:
        course, copy = self._course, self._course.copy(lesson)
        code = [(c.grade_id, c.kind, c.source) for c in cells if c.is_code or c.grade_id]
        files = [
            course.solution(lesson),
            course.exercise(lesson),
            *sorted(copy.parent.glob("*.py")),
        ]
        parts = (sys.version, self._code, json.dumps(code), _digest(files))
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        digest.update(f"{file.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _verdict(raw: dict) -> Verdict:
    fields = {**raw, "standing": Standing(raw["standing"]), "reason": tuple(raw["reason"])}
    return Verdict(**fields)
