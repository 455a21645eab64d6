"""The page that JupyterLab opens on: every chapter, lesson and exercise is one click away."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from labkit.authoring.contents import Lesson, chapters
from labkit.classroom.course import Course
from labkit.files import replace_text

NAME = "START.md"


def write_start_page(course: Course | None = None, announced: Sequence[str] = ()) -> Path:
    """Write the start page into the learner's folder, anew at every start."""
    course = course or Course()
    page = [
        "# Start here",
        "Open a lesson and run its cells from the top, with Shift+Enter. Before each measurement"
        " the lesson asks for your guess: write down a number first. Then do the exercise. Both are"
        " your own copies, in the folder `work`, which no update of the course touches.",
        "Check your answers in a terminal with `python3 course.py check`.",
        *(f"**News.** {line}" for line in announced),
    ]
    for number, chapter in enumerate(chapters(course.root), start=1):
        page += [f"## {number} {chapter.title}", chapter.introduction]
        if chapter.lessons:
            rows = ["| lesson | exercise | time | what it asks |", "|---|---|---|---|"]
            page.append("\n".join(rows + [_row(course, lesson) for lesson in chapter.lessons]))
        else:
            page.append("This chapter is being written.")
    page.append(
        "More: [every claim and where it is shown](../chapters/LEDGER.md),"
        " [the data and how it was made](../datasets/README.md),"
        " [about the course](../README.md)."
    )
    path = course.work / NAME
    replace_text(path, "\n\n".join(page))
    return path


def _row(course: Course, lesson: Lesson) -> str:
    title = f"[{lesson.title}]({lesson.notebook})" if lesson.has_lesson else lesson.title
    copy = course.copy(f"{lesson.chapter}/{lesson.name}").relative_to(course.work).as_posix()
    exercise = f"[exercise]({copy})" if lesson.has_exercise else ""
    return f"| {title} | {exercise} | {lesson.time} | {lesson.hook} |"
