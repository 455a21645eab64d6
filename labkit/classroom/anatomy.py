"""What is wrong with the form of a solution notebook, beyond what stops it from being read."""

from __future__ import annotations

import ast
import builtins
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from labkit.classroom.notebook import Cell
from labkit.classroom.tasks import (
    HIDDEN,
    HINT,
    VISIBLE,
    AnatomyError,
    Exercise,
    Task,
    is_solution,
    read,
)

BEGIN_SOLUTION, END_SOLUTION = "### BEGIN SOLUTION", "### END SOLUTION"
BEGIN_HIDDEN, END_HIDDEN = "### BEGIN HIDDEN TESTS", "### END HIDDEN TESTS"
REGION = re.compile(
    rf"^([ \t]*){BEGIN_SOLUTION}[ \t]*\n(.*?)^[ \t]*{END_SOLUTION}[ \t]*$", re.DOTALL | re.MULTILINE
)
STUB = "raise NotImplementedError()"
SOLUTION_ONLY = "solution-only"
SCHEMA = 3
MARKS = {
    "": {"grade": False, "solution": True, "locked": False},
    VISIBLE: {"grade": True, "solution": False, "locked": True, "points": 1},
    HIDDEN: {"grade": True, "solution": False, "locked": True, "points": 1},
}


def problems(path: Path) -> list[str]:
    """Every fault of the solution notebook at `path`, one line each; empty when there is none."""
    try:
        exercise = read(path)
    except AnatomyError as error:
        return error.faults
    if not exercise.tasks and not exercise.written:
        return ["no task (a code cell that nbgrader marks as a solution)"]
    found = [*_cells(exercise)]
    for task in exercise.tasks:
        checks = (_marks, _solution, _checks, _prose)
        found += [f"task {task.id}: {line}" for check in checks for line in check(exercise, task)]
    return found


def _cells(exercise: Exercise) -> Iterator[str]:
    answered = max((task.end for task in exercise.tasks), default=0)
    for number, cell in enumerate(exercise.cells, start=1):
        if SOLUTION_ONLY in cell.tags and (cell.marks or (cell.is_code and number <= answered)):
            yield f"cell {number}: only prose may be tagged {SOLUTION_ONLY} before the last check"
        if not cell.is_code:
            continue
        if fault := _not_plain(cell.source):
            yield f"cell {number}: not plain Python ({fault}); magics and ! commands are IPython's"
        if "BEGIN SOLUTION" in cell.source and not is_solution(cell):
            yield f"cell {number}: a solution region outside a solution cell"
        if "BEGIN HIDDEN" in cell.source and not cell.grade_id.endswith(HIDDEN):
            yield f"cell {number}: a hidden region outside a hidden check"


def _not_plain(source: str) -> str:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        try:
            compile(source, "<cell>", "exec", dont_inherit=True)
        except SyntaxError as error:
            return f"line {error.lineno}: {error.msg}"
    return ""


def _marks(exercise: Exercise, task: Task) -> Iterator[str]:
    if not re.fullmatch(r"[a-z][a-z0-9_]*", task.id):
        yield "its id must be in snake_case"
    cells = {cell.grade_id: cell for cell in exercise.cells}
    for suffix, marks in MARKS.items():
        cell = cells[task.id + suffix]
        for key, value in {**marks, "schema_version": SCHEMA}.items():
            if cell.marks.get(key) != value:
                yield f"the cell {cell.grade_id} must carry {key} {value!r}"


def _solution(_: Exercise, task: Task) -> Iterator[str]:
    regions = REGION.findall(task.solution)
    markers = task.solution.count("BEGIN SOLUTION") + task.solution.count("END SOLUTION")
    if not regions or markers != 2 * len(regions):
        yield f"its solution must stand between {BEGIN_SOLUTION} and {END_SOLUTION}"
        return
    if not all(body.strip() for _, body in regions):
        yield "its solution is empty"
        return
    stub = REGION.sub(rf"\1{STUB}", task.solution)
    if fault := _not_plain(stub):
        yield f"without its solution the cell does not compile ({fault})"
        return
    for node in ast.parse(stub).body:
        if isinstance(node, ast.FunctionDef) and not ast.get_docstring(node):
            yield f"the function {node.name} has no docstring outside its solution"
        name = getattr(node, "name", "")
        if hasattr(builtins, name):
            yield f"{name} is a built-in name of Python, and a check would see that one"


def _checks(_: Exercise, task: Task) -> Iterator[str]:
    lines = [line.strip() for line in task.hidden.strip().splitlines()]
    while lines and lines[0].startswith("# "):  # what the learner sees of the cell
        del lines[0]
    if lines[:1] != [BEGIN_HIDDEN] or lines[-1:] != [END_HIDDEN]:
        yield f"its hidden check must begin with {BEGIN_HIDDEN} and end with {END_HIDDEN}"
    for kind, source in (("visible", task.visible), ("hidden", task.hidden)):
        if not _not_plain(source):
            for fault in _asserts(ast.parse(source), len(task.hints)):
                yield f"its {kind} check {fault}"


def _asserts(tree: ast.Module, hints: int) -> Iterator[str]:
    asserts = [node for node in ast.walk(tree) if isinstance(node, ast.Assert)]
    if not asserts:
        yield "has no assert"
    for check in asserts:
        if isinstance(check.test, ast.Constant | ast.Tuple):
            yield f"asserts something that is always so: {ast.unparse(check)}"
        if check.msg is None:
            yield f"has an assert without a message: {ast.unparse(check)}"
        else:
            named = {int(n) for n in re.findall(r"[Hh]int (\d+)", ast.unparse(check.msg))}
            for number in sorted(n for n in named if not 1 <= n <= hints):
                yield f"names hint {number}, and there are {hints}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func).startswith("assert"):
            yield f"calls {_name(node.func)}; write a plain assert with a message"


def _name(function: ast.expr) -> str:
    return getattr(function, "attr", getattr(function, "id", ""))


def _prose(exercise: Exercise, task: Task) -> Iterator[str]:
    place = next(i for i, c in enumerate(exercise.cells) if c.grade_id == task.id + HIDDEN)
    hints, *after = [*exercise.cells[place + 1 :], Cell("markdown", "")]
    for number, _, text in HINT.findall(hints.source):
        if not re.match(r"[ \t]*\n[ \t]*\n", text):
            yield f"hint {number} needs an empty line after </summary>, or its Markdown stays raw"
    if SOLUTION_ONLY not in after[0].tags:
        yield f"no prose tagged {SOLUTION_ONLY} after its hints: why it works, what goes wrong"
