"""The page that JupyterLab opens on: every chapter, lesson and exercise is one click away."""

from __future__ import annotations

from pathlib import Path

from labkit import ROOT
from labkit.authoring.contents import Lesson, chapters
from labkit.classroom.copies import WORK

NAME = "START.md"


def write_start_page(work: Path = WORK, root: Path = ROOT, announced: tuple[str, ...] = ()) -> Path:
    """Write the start page into the learner's folder, anew at every start."""
    page = [
        "# Start here",
        "Open a lesson and run its cells from the top, with Shift+Enter. Before each measurement"
        " the lesson asks for your guess: write down a number first. Then do the exercise: it opens"
        " as your own copy, in the folder `work`, which no update of the course touches.",
        "Check your answers in a terminal with `python3 course.py check`.",
        *(f"**News.** {line}" for line in announced),
    ]
    for number, chapter in enumerate(chapters(root), start=1):
        page += [f"## {number} {chapter.title}", chapter.introduction]
        if chapter.lessons:
            rows = ["| lesson | exercise | time | what it asks |", "|---|---|---|---|"]
            page.append("\n".join(rows + [_row(lesson) for lesson in chapter.lessons]))
        else:
            page.append("This chapter is being written.")
    page.append(
        "More: [every claim and where it is shown](../chapters/LEDGER.md),"
        " [the data and how it was made](../datasets/README.md),"
        " [about the course](../README.md)."
    )
    path = work / NAME
    path.write_text("\n\n".join(page) + "\n", encoding="utf-8")
    return path


def _row(lesson: Lesson) -> str:
    title = lesson.title
    if lesson.has_lesson:
        title = f"[{title}](../chapters/{lesson.notebook})"
    exercise = f"[exercise]({lesson.notebook})" if lesson.has_exercise else ""
    return f"| {title} | {exercise} | {lesson.time} | {lesson.hook} |"
