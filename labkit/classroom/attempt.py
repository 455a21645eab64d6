"""Which of the learner's cells belongs to which task.

Learners add cells, copy them, delete them and lose their metadata on the way through other tools.
A cell is known by its grade_id, and where no cell has it, by the names that it defines.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from labkit.classroom.notebook import Cell
from labkit.classroom.tasks import HIDDEN, VISIBLE, Exercise, Task


@dataclass(frozen=True)
class Attempt:
    """The learner's cells from the task before up to the point where `task` is checked.

    `answer` is the one of `cells` that holds the answer, None when the learner has no such cell;
    `turned_into` is then the type of cell that it has become, or empty.
    """

    task: Task
    cells: tuple[str, ...] = ()
    answer: str | None = None
    turned_into: str = ""


def attempts(
    exercise: Exercise, stubs: Mapping[str, str], cells: Sequence[Cell]
) -> Iterator[Attempt]:
    """One attempt for each task, in the order of the learner's cells; missing ones come last.

    `stubs` holds the untouched solution cells by task id; `cells` is the learner's notebook.
    """
    code = [cell for cell in cells if cell.is_code and cell.source.strip()]
    checks = {same(task.visible) for task in exercise.tasks}
    ids = {task.id + mark for task in exercise.tasks for mark in (VISIBLE, HIDDEN)}
    is_check = [cell.grade_id in ids or same(cell.source) in checks for cell in code]
    owners: dict[int, Task] = {}
    for task in exercise.tasks:
        places = [at for at in range(len(code)) if not is_check[at] and at not in owners]
        if (place := _find(task, stubs.get(task.id, ""), code, places)) is not None:
            owners[place] = task
    gathered: list[str] = []
    answered: int | None = None
    for at, cell in enumerate(code):
        if answered is not None and (is_check[at] or at in owners):
            yield Attempt(owners[answered], tuple(gathered), code[answered].source)
            gathered, answered = [], None
        if is_check[at]:
            continue
        gathered.append(cell.source)
        if at in owners:
            answered = at
    if answered is not None:
        yield Attempt(owners[answered], tuple(gathered), code[answered].source)
    turned = {cell.grade_id: cell.kind for cell in cells if not cell.is_code}
    for task in exercise.tasks:
        if task not in owners.values():
            yield Attempt(task, turned_into=turned.get(task.id, ""))


def same(source: str) -> str:
    """The source without what an editor changes unasked: white space at the ends of lines."""
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def _find(task: Task, stub: str, code: list[Cell], places: list[int]) -> int | None:
    """The place of the learner's answer. A copied cell keeps its grade_id: the last one that was
    worked on counts, as it would when the notebook is run from top to bottom. Where none was, an
    answer may stand in a cell of the learner's own."""
    marked = [at for at in places if code[at].grade_id == task.id]
    worked_on = [at for at in marked if same(code[at].source) != same(stub)]
    if not worked_on and (wanted := _defines(task.solution)):
        others = [at for at in places if not code[at].grade_id]
        worked_on = [at for at in others if wanted <= _defines(code[at].source)]
    found = worked_on or marked
    return found[-1] if found else None


def _defines(source: str) -> set[str]:
    """The functions and classes that a cell defines at its top level or, when there are none,
    the variables that it sets. Empty when the source is not Python."""
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return set()
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    named = {node.name for node in body if isinstance(node, kinds)}
    return named or {
        target.id
        for node in body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def binds(source: str) -> set[str]:
    """Every name that a cell gives a value to, by import, definition or assignment."""
    try:
        symbols = symtable.symtable(source, "<cell>", "exec").get_symbols()
    except (SyntaxError, ValueError, RecursionError):
        return set()
    return {s.get_name() for s in symbols if s.is_assigned() or s.is_imported()}
