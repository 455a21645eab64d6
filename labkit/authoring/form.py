"""The form of a notebook: what holds for every one, whatever it teaches."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from labkit.authoring.twin import read_notebook

MAX_BYTES = 300_000
MAX_CODE_LINES = 40
ABSOLUTE_PATH = re.compile(r"(?<![\w.:/])/(?:home|Users|root|tmp|var|work)/\S+|\b[A-Z]:\\\w")
# The course is calm: it does not shout, and does not tell the reader that something is easy.
UNCALM = re.compile(r"\b(?:simply|just|obviously)\b|\w!(?=\s|$)", re.IGNORECASE)


def problems(path: Path) -> list[str]:
    """What is wrong with the form of a notebook, one line for each defect; empty when nothing is.

    A notebook in a folder `exercises` must carry no outputs; every other must be executed.
    """
    try:
        ids = Counter(cell.get("id") for cell in json.loads(path.read_text("utf-8"))["cells"])
        if twice := [name for name, count in ids.items() if count > 1]:
            # Told here, because reading a notebook with nbformat gives new ids to such cells.
            return [f"the id {name} stands twice" for name in twice]
        notebook = read_notebook(path)
        nbformat.validate(notebook)
    except (ValueError, KeyError, nbformat.ValidationError) as error:
        return [f"not a valid notebook: {str(error).splitlines()[0]}"]
    checks = [_headings, _source, _prose, _empty if "exercises" in path.parts else _executed]
    found = [line for check in checks for line in check(notebook)]
    if (size := path.stat().st_size) > MAX_BYTES:
        found.append(f"{size // 1000} KB, over {MAX_BYTES // 1000} KB")
    return found


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def headings(notebook: NotebookNode) -> list[tuple[int, str]]:
    """(level, text) of every Markdown heading, in order."""
    found = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = re.sub(r"^```.*?^```", "", cell.source, flags=re.DOTALL | re.MULTILINE)
            found += [
                (len(m[1]), m[2].strip()) for m in re.finditer(r"^(#+) +(.+)$", text, re.MULTILINE)
            ]
    return found


def _headings(notebook: NotebookNode) -> Iterator[str]:
    levels = [level for level, _ in headings(notebook)]
    if levels.count(1) != 1 or levels[:1] != [1]:
        yield "there must be one level-1 heading, and it must come first"
    for (above, _), (below, text) in zip(headings(notebook), headings(notebook)[1:], strict=False):
        if below > above + 1:
            yield f"heading {text!r} skips from level {above} to level {below}"


def _source(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if path := ABSOLUTE_PATH.search(cell.source):
            yield f"cell {cell.id}: absolute path {path[0]}"
        if cell.cell_type == "code" and (lines := cell.source.count("\n") + 1) > MAX_CODE_LINES:
            yield f"cell {cell.id}: {lines} lines of code, over {MAX_CODE_LINES}"


def _prose(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            prose = re.sub(r"```.*?```|`[^`]*`", "", cell.source, flags=re.DOTALL)
            if found := UNCALM.search(prose):
                yield f"cell {cell.id}: {found[0]!r} is not the course's voice"


def _empty(notebook: NotebookNode) -> Iterator[str]:
    for cell in code_cells(notebook):
        if cell.outputs or cell.execution_count:
            yield f"cell {cell.id}: an exercise carries no outputs"


def _executed(notebook: NotebookNode) -> Iterator[str]:
    cells = code_cells(notebook)
    if [cell.execution_count for cell in cells] != list(range(1, len(cells) + 1)):
        yield "not executed from first cell to last, in order"
    for cell in cells:
        tags = cell.metadata.get("tags", [])
        for place, output in enumerate(cell.outputs):
            yield from (
                f"cell {cell.id}: {line}"
                for line in _output(output, cell.outputs[place + 1 :], tags)
            )
        claims = {tag.removeprefix("claim-") for tag in tags if tag.startswith("claim-")}
        recorded = {
            o.metadata["claim"]["id"] for o in cell.outputs if "claim" in o.get("metadata", {})
        }
        for missing in sorted(claims - recorded):
            yield f"cell {cell.id}: tagged claim-{missing} but asserts no claim {missing}"
        for untagged in sorted(recorded - claims):
            yield f"cell {cell.id}: asserts {untagged} without the tag claim-{untagged}"


def _output(output: NotebookNode, following: list, tags: list[str]) -> Iterator[str]:
    if output.output_type == "error" and "raises-exception" not in tags:
        yield f"ends in {output.ename}"
    if output.get("name") == "stderr":
        yield "writes to stderr"
    text = output.get("text", "") + "".join(
        str(value) for kind, value in output.get("data", {}).items() if kind.startswith("text/")
    )
    if path := ABSOLUTE_PATH.search(text):
        yield f"prints the absolute path {path[0]}"
    if "image/png" in output.get("data", {}):
        if not output.metadata.get("image/png", {}).get("alt"):
            yield "a figure has no alternative text; show it with figures.show"
        if not (following and "text/markdown" in following[0].get("data", {})):
            yield "a figure has no caption; show it with figures.show"
