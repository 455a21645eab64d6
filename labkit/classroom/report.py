"""Words and marks on a terminal: wrapped to its width, coloured only where colour is wanted."""

from __future__ import annotations

import os
import shutil
import textwrap
from pathlib import Path
from typing import TextIO

from labkit.classroom.tasks import Exercise, Task
from labkit.classroom.verdict import Standing, Verdict

MARKS = {
    Standing.PASSED: "\N{CHECK MARK}",
    Standing.FAILING: "\N{BALLOT X}",
    Standing.NOT_STARTED: "\N{MIDDLE DOT}",
    Standing.UNCHECKED: "?",
}
ASCII_MARKS = {**MARKS, Standing.PASSED: "+", Standing.FAILING: "x", Standing.NOT_STARTED: "."}
COLOURS = {Standing.PASSED: "32", Standing.FAILING: "31", Standing.UNCHECKED: "33"}  # ANSI SGR
WIDEST, NARROWEST = 100, 40
LONGEST = 12  # lines of one message
INDENT = " " * 10


class Report:
    """Writes to `stream`, whose encoding may not know every character of what it is given."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._width = max(NARROWEST, min(WIDEST, shutil.get_terminal_size().columns))
        self._encoding = getattr(stream, "encoding", None) or "utf-8"
        # An old Windows console shows escape sequences as text; the new one sets WT_SESSION.
        speaks_ansi = os.name != "nt" or "WT_SESSION" in os.environ
        plain = "NO_COLOR" in os.environ or os.environ.get("TERM") == "dumb"
        self._colour = stream.isatty() and speaks_ansi and not plain
        try:
            "".join(MARKS.values()).encode(self._encoding)
            self.marks = MARKS
        except (UnicodeEncodeError, LookupError):
            self.marks = ASCII_MARKS

    def line(self, text: str = "", standing: Standing | None = None, indent: str = "") -> None:
        """One paragraph, wrapped; coloured as a `standing` when one is given."""
        wrapped = textwrap.wrap(
            text, self._width, initial_indent=indent, subsequent_indent=" " * len(indent)
        )
        self._write("\n".join(self._paint(part, standing) for part in wrapped or [""]))

    def verdict(self, task: Task, verdict: Verdict) -> None:
        """A task with its standing; below it what is wrong and the hint to open."""
        label = f"  Task {task.number}  "
        room = max(12, self._width - len(label) - 14)
        title = textwrap.shorten(task.title, room, placeholder=" ...")
        standing = self._paint(str(verdict.standing), verdict.standing)
        self._write(f"{label}{title:<{min(room, 44)}}  {standing}")
        for paragraph in verdict.reason:
            self._message(paragraph)
        if verdict.line:
            self._write(INDENT + "    " + self._cut(verdict.line, self._width - len(INDENT) - 4))
        if verdict.hint:
            hint = task.hints[verdict.hint - 1]
            stop = "" if hint.title.endswith(("?", ".")) else "."
            self.line(f"Open hint {hint.number}: {hint.title}{stop}", indent=INDENT)

    def closing(self, exercise: Exercise, verdicts: dict[str, Verdict], copy: Path) -> None:
        """How many tasks passed and which one to take up next, in the learner's `copy`."""
        tasks = exercise.tasks
        passed = sum(verdicts[task.id].standing == Standing.PASSED for task in tasks)
        text = f"{passed} of {len(tasks)} tasks passed."
        following = [task for task in tasks if verdicts[task.id].standing != Standing.PASSED]
        if following:
            text += f" Next: task {following[0].number}, {following[0].title}."
            if all(verdict.standing == Standing.NOT_STARTED for verdict in verdicts.values()):
                text += f" Answer it in {'/'.join(copy.parts[-3:])} and save before you check."
        else:
            place = "/".join(exercise.path.parts[-3:])
            text += f" Why it works, and what usually goes wrong: {place}"
        self.line(text)
        if exercise.written:
            self.line("The written part is marked by hand.")

    def row(self, lesson: str, passed: str, standings: list[Standing], note: str = "") -> None:
        """A lesson in the progress table: its count and a mark for each task; or a note, which
        stands below where it does not fit beside."""
        room = max(16, min(48, self._width - 26))
        marks = " ".join(self._paint(self.marks[s], s) for s in standings)
        head = f"  {self._cut(lesson, room):<{room}}  {passed:<8}  "
        fits = len(note) <= self._width - len(head)
        self._write((head + (note if note and fits else marks)).rstrip())
        if not fits:
            self._message(note)

    def legend(self, standings: list[Standing]) -> None:
        """What the marks mean; a lesson that could not be checked has a note instead."""
        shown = [s for s in Standing if s in standings and s != Standing.UNCHECKED]
        if shown:
            self.line("   ".join(f"{self.marks[s]} {s}" for s in shown))

    def _message(self, text: str) -> None:
        lines = [
            part
            for line in _printable(text).splitlines()
            for part in textwrap.wrap(line, self._width - len(INDENT), replace_whitespace=False)
            or [""]
        ]
        if len(lines) > LONGEST:
            lines = [*lines[:LONGEST], f"... ({len(lines) - LONGEST} more lines)"]
        for line in lines:
            self._write((INDENT + line).rstrip())

    def _cut(self, text: str, room: int) -> str:
        text = _printable(text)
        return text if len(text) <= room else text[: max(0, room - 4)] + " ..."

    def _paint(self, text: str, standing: Standing | None) -> str:
        code = COLOURS.get(standing) if self._colour and standing else None
        return f"\x1b[{code}m{text}\x1b[0m" if code else text

    def _write(self, text: str) -> None:
        known = text.encode(self._encoding, "replace").decode(self._encoding)
        print(known, file=self._stream, flush=True)


def _printable(text: str) -> str:
    """The text without control characters, which could repaint the terminal."""
    return "".join(char if char.isprintable() or char in "\n\t" else "?" for char in text)
