"""The text twin of a notebook: a jupytext py:percent file that people edit and review.

A notebook is a function of its twin, cell ids included; only outputs come from execution.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
from nbformat import NotebookNode

from labkit import ROOT
from labkit.files import replace_text

TWIN_FOLDERS = ("chapters", "solutions")
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

# How a twin marks a task's three code cells and a written answer, and what nbgrader calls them.
_TEST = {"grade": True, "locked": True, "points": 1, "solution": False}
ROLES = {
    "solution": ("{}", {"grade": False, "locked": False, "solution": True}),
    "check": ("{}-check", _TEST),
    "hidden": ("{}-hidden", _TEST),
    "written": ("{}", {"grade": True, "locked": False, "points": 10, "solution": True}),
}

HIDDEN_NOTE = "# `python3 course.py check` tries more cases here."


def twins(root: Path = ROOT) -> list[Path]:
    """Every text twin of the course, in reading order."""
    return sorted(path for folder in TWIN_FOLDERS for path in (root / folder).glob("[0-9]*/*.py"))


def notebook_of(twin: Path) -> Path:
    return twin.with_suffix(".ipynb")


def read_twin(twin: Path) -> NotebookNode:
    """The notebook that a twin describes, not executed, with stable cell ids."""
    notebook = jupytext.reads(twin.read_text(encoding="utf-8"), fmt="py:percent")
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    notebook.metadata = nbformat.from_dict(METADATA)
    seen: Counter[str] = Counter()
    for cell in notebook.cells:
        # Blank lines between cells are the twin's own affair.
        cell.metadata.pop("lines_to_next_cell", None)
        cell.metadata.pop("lines_to_end_of_cell_marker", None)
        _mark_for_nbgrader(cell)
        name = _cell_name(cell)
        seen[name] += 1
        cell.id = name if seen[name] == 1 else f"{name}-{seen[name]}"
    return notebook


def _mark_for_nbgrader(cell: NotebookNode) -> None:
    """Turn `# %% check="allocation"` and the like into the metadata that nbgrader reads."""
    for role, (grade_id, flags) in ROLES.items():
        if task := cell.metadata.pop(role, None):
            about = {"grade_id": grade_id.format(task), "schema_version": 3, "task": False}
            cell.metadata["nbgrader"] = nbformat.from_dict({**about, **flags})
            if role == "hidden":
                cell.source = f"{HIDDEN_NOTE}\n{cell.source}"


def _cell_name(cell: NotebookNode) -> str:
    """An id that says what the cell is, and that editing other cells does not change."""
    grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
    claims = [tag for tag in cell.metadata.get("tags", []) if tag.startswith("claim-")]
    heading = re.match(r"#+ (.+)", cell.source) if cell.cell_type == "markdown" else None
    name = grade_id or (claims and claims[0]) or (heading and heading[1].lower())
    if not name:
        name = f"{cell.cell_type}-{hashlib.sha256(cell.source.encode()).hexdigest()[:10]}"
    return re.sub(r"[^a-zA-Z0-9_-]+", "-", name).strip("-")[:56]


def drift(twin: Path) -> str | None:
    """How a notebook differs from its twin in source, type, tags or ids; None when it does not."""
    notebook = notebook_of(twin)
    if not notebook.is_file():
        return "there is no notebook beside the twin"
    wanted, found = (
        [_identity(c) for c in nb.cells] for nb in (read_twin(twin), read_notebook(notebook))
    )
    for number, (want, have) in enumerate(zip(wanted, found, strict=False), start=1):
        for field, text in want.items():
            if text != have[field]:
                return f"cell {number} ({want['id']}): its {field} is not what the twin says"
    if len(wanted) != len(found):
        return f"the twin has {len(wanted)} cells, the notebook {len(found)}"
    return None


def _identity(cell: NotebookNode) -> dict[str, object]:
    return {
        "type": cell.cell_type,
        "source": cell.source,
        "metadata": {k: v for k, v in cell.metadata.items()},
        "id": cell.get("id"),
    }


def read_notebook(path: Path) -> NotebookNode:
    return nbformat.reads(path.read_text(encoding="utf-8"), as_version=4)


def write_notebook(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook in one step, so that equal content is equal.

    Raises nbformat.ValidationError when the notebook is not valid.
    """
    nbformat.validate(notebook)
    replace_text(path, nbformat.writes(notebook, version=nbformat.NO_CONVERT) + "\n")
