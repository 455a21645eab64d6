"""What the course contains, read from the text twins: chapters, lessons, exercises."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from labkit import ROOT


@dataclass(frozen=True)
class Lesson:
    """A lesson, an exercise without a lesson (a chapter's project), or both."""

    chapter: str
    name: str
    title: str
    hook: str
    time: str
    claims: tuple[str, ...]
    has_lesson: bool
    has_exercise: bool

    @property
    def notebook(self) -> str:
        """Its place below chapters/, exercises/, solutions/ and the learner's own folder."""
        return f"{self.chapter}/{self.name}.ipynb"


@dataclass(frozen=True)
class Chapter:
    name: str
    title: str
    introduction: str
    lessons: tuple[Lesson, ...]


def chapters(root: Path = ROOT) -> list[Chapter]:
    """Every chapter in order; its title and introduction come from the README.md in its folder."""
    found = []
    for folder in sorted((root / "chapters").glob("[0-9]*/")):
        title, introduction = _title_and_hook((folder / "README.md").read_text(encoding="utf-8"))
        twins = [*folder.glob("[0-9]*.py"), *(root / "solutions" / folder.name).glob("[0-9]*.py")]
        lessons = tuple(
            _lesson(root, folder.name, name) for name in sorted({t.stem for t in twins})
        )
        found.append(Chapter(folder.name, title, introduction, lessons))
    return found


def _lesson(root: Path, chapter: str, name: str) -> Lesson:
    lesson, solution = (root / top / chapter / f"{name}.py" for top in ("chapters", "solutions"))
    text = (lesson if lesson.is_file() else solution).read_text(encoding="utf-8")
    opening = re.search(r"# %% \[markdown\].*?\n(.*?)(?=\n# %%|\Z)", text, re.DOTALL)
    markdown = re.sub(r"^# ?", "", opening[1] if opening else "", flags=re.MULTILINE)
    title, hook = _title_and_hook(markdown)
    time = re.search(r"\*\*Time:?\*\*:?\s*([^.\n]+)", markdown)
    claims = dict.fromkeys(re.findall(r'"claim-([A-Z]\d+)"', text))
    return Lesson(
        chapter=chapter,
        name=name,
        title=title,
        hook=hook,
        time=time[1].strip() if time else "",
        claims=tuple(claims),
        has_lesson=lesson.is_file(),
        has_exercise=solution.is_file(),
    )


def _title_and_hook(markdown: str) -> tuple[str, str]:
    """A page's level-1 heading and the paragraph below it."""
    found = re.search(r"^# +(.+?)\n+(.*?)(?:\n\s*\n|\Z)", markdown.strip() + "\n", re.DOTALL | re.M)
    return (found[1].strip(), " ".join(found[2].split())) if found else ("", "")


def course_map(root: Path = ROOT) -> str:
    """The page chapters/README.md: every chapter with its lessons and exercises."""
    page = [
        "# The chapters",
        "<!-- Written by `python3 course.py sync`; edit the lessons instead. -->",
        "Each lesson is a notebook that you read and run; each exercise is a notebook that you fill"
        " in. The [ledger of claims](LEDGER.md) says which lesson shows which claim.",
    ]
    for number, chapter in enumerate(chapters(root), start=1):
        page += [f"## {number} {chapter.title}", chapter.introduction]
        if chapter.lessons:
            rows = ["| lesson | what it asks | time | claims | |", "|---|---|---|---|---|"]
            rows += [_map_row(lesson) for lesson in chapter.lessons]
            page.append("\n".join(rows))
        else:
            page.append("No lesson yet.")
    return "\n\n".join(page) + "\n"


def _map_row(lesson: Lesson) -> str:
    title = f"[{lesson.title}]({lesson.notebook})" if lesson.has_lesson else lesson.title
    links = ""
    if lesson.has_exercise:
        links = f"[exercise](../exercises/{lesson.notebook}), "
        links += f"[solution](../solutions/{lesson.notebook})"
    return f"| {title} | {lesson.hook} | {lesson.time} | {', '.join(lesson.claims)} | {links} |"
