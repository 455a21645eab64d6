"""A solution notebook as tasks: what stands in the solution cell, in its checks, in its hints.

A task `<task>` is three code cells, known by the id that nbgrader keeps in their metadata:
`<task>` (the solution), `<task>-check` (the check the learner sees), `<task>-hidden` (the one
they do not). A heading `## Task N: title` stands before them and the hints after them.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from labkit.classroom.notebook import Cell, Unreadable, read_cells

VISIBLE, HIDDEN = "-check", "-hidden"
HEADING = re.compile(r"## Task (\d+): (\S.*)")
HINT = re.compile(
    r"<details>\s*<summary>\s*Hint (\d+): (.+?)\s*</summary>(.*?)</details>", re.DOTALL
)


class AnatomyError(Exception):
    """A solution notebook that cannot be read as tasks; `faults` lists every reason."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        super().__init__(f"{path.parent.name}/{path.name}: {'; '.join(faults)}")
        self.faults = faults


@dataclass(frozen=True)
class Hint:
    """A hint that the learner opens: `title` is what is read before it is opened."""

    number: int
    title: str
    text: str


@dataclass(frozen=True)
class Task:
    """One thing to make, with its checks. `start` and `end` are places in Exercise.cells: of the
    solution cell and of the visible check."""

    id: str
    number: int
    title: str
    solution: str
    visible: str
    hidden: str
    hints: tuple[Hint, ...]
    start: int
    end: int


@dataclass(frozen=True)
class Exercise:
    """A solution notebook: its cells, its tasks in order, and the ids of its written answers,
    which are marked by hand."""

    path: Path
    cells: tuple[Cell, ...]
    tasks: tuple[Task, ...]
    written: tuple[str, ...]


def read(path: Path) -> Exercise:
    """The solution notebook at `path`. Raises AnatomyError, which names every fault."""
    try:
        cells = read_cells(path)
    except Unreadable as error:
        raise AnatomyError(path, [f"not a readable notebook: {error}"]) from None
    faults = _faults_of_ids(cells)
    place = {cell.grade_id: at for at, cell in enumerate(cells) if cell.grade_id}
    starts = [at for at, cell in enumerate(cells) if is_solution(cell)]
    tasks = []
    for number, start in enumerate(starts, start=1):
        name = cells[start].grade_id
        following = starts[number] if number < len(starts) else len(cells)
        missing = [
            f"task {name}: no {kind} check (a code cell with the grade_id {name + mark!r})"
            for kind, mark in (("visible", VISIBLE), ("hidden", HIDDEN))
            if name + mark not in place
        ]
        if missing:
            faults += missing
            continue
        visible, hidden = place[name + VISIBLE], place[name + HIDDEN]
        if not start < visible < hidden < following:
            faults.append(f"task {name}: the order must be solution, visible check, hidden check")
            continue
        title, heading_faults = _title(cells, start, number)
        hints, hint_faults = _hints(cells, hidden)
        faults += [f"task {name}: {fault}" for fault in heading_faults + hint_faults]
        solution, shown, kept = (cells[at].source for at in (start, visible, hidden))
        tasks.append(Task(name, number, title, solution, shown, kept, hints, start, visible))
    if faults:
        raise AnatomyError(path, faults)
    return Exercise(path, tuple(cells), tuple(tasks), tuple(_written(cells)))


def is_solution(cell: Cell) -> bool:
    """Whether the cell is where a task is solved in code."""
    return cell.is_code and bool(cell.marks.get("solution")) and not cell.marks.get("grade")


def _written(cells: list[Cell]) -> list[str]:
    return [cell.grade_id for cell in cells if not cell.is_code and cell.marks.get("grade")]


def _faults_of_ids(cells: list[Cell]) -> list[str]:
    ids = Counter(cell.grade_id for cell in cells if cell.marks)
    faults = [f"the grade_id {name!r} stands on {n} cells" for name, n in ids.items() if n > 1]
    tasks = {cell.grade_id for cell in cells if is_solution(cell)}
    for cell in cells:
        if cell.is_code and cell.marks.get("grade"):
            owner = cell.grade_id.removesuffix(VISIBLE).removesuffix(HIDDEN)
            if owner not in tasks or owner == cell.grade_id:
                faults.append(f"the check {cell.grade_id!r} belongs to no task")
    return faults


def _title(cells: list[Cell], start: int, number: int) -> tuple[str, list[str]]:
    before = cells[start - 1] if start else Cell("markdown", "")
    found = None if before.is_code else HEADING.match(before.source)
    if not found:
        return "", [f"the cell before its solution must start with '## Task {number}: title'"]
    wrong = int(found[1]) != number
    return found[2].strip(), [f"it is task {number} but its heading says {found[1]}"] * wrong


def _hints(cells: list[Cell], hidden: int) -> tuple[tuple[Hint, ...], list[str]]:
    after = cells[hidden + 1] if hidden + 1 < len(cells) else Cell("markdown", "")
    source = "" if after.is_code else after.source
    hints = tuple(Hint(int(n), title, text.strip()) for n, title, text in HINT.findall(source))
    if not hints:
        return hints, ["no hints in the cell after its hidden check"]
    faults = []
    if [hint.number for hint in hints] != list(range(1, len(hints) + 1)):
        faults.append("its hints are not numbered from 1 upwards")
    if source.count("<details") != len(hints) or source.count("</details>") != len(hints):
        faults.append("a hint is not of the form <details><summary>Hint N: title</summary>")
    if not all(hint.text for hint in hints):
        faults.append("a hint is empty")
    return hints, faults
