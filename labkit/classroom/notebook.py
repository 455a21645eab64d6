"""The cells of a notebook file.

nbformat takes over a second to import, most of it for a schema of web addresses. `check` answers
faster than that for a copy that has not changed, so it reads the JSON itself. What is read is the
part of the format that has stayed the same through all of version 4.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path


class Unreadable(Exception):
    """A file that is no notebook; the message says what stands in the way."""


@dataclass(frozen=True)
class Cell:
    """One cell. `marks` is what nbgrader wrote into its metadata, empty for an ordinary cell."""

    kind: str
    source: str
    tags: tuple[str, ...] = ()
    marks: dict = field(default_factory=dict, hash=False)

    @property
    def grade_id(self) -> str:
        return str(self.marks.get("grade_id", ""))

    @property
    def is_code(self) -> bool:
        return self.kind == "code"


def read_cells(path: Path) -> list[Cell]:
    """Every cell of the notebook at `path`, in order. Raises Unreadable."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise Unreadable(error.strerror or str(error)) from None
    except UnicodeDecodeError:
        raise Unreadable("it is not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise Unreadable(f"line {error.lineno} is not valid JSON ({error.msg})") from None
    except RecursionError:
        raise Unreadable("its JSON is nested too deeply") from None
    if not isinstance(content, dict) or not isinstance(content.get("cells"), list):
        raise Unreadable("it has no list of cells")
    try:
        return [_cell(raw) for raw in content["cells"]]
    except (AttributeError, KeyError, TypeError):
        raise Unreadable("one of its cells has no type or no text") from None


def _cell(raw: dict) -> Cell:
    source, metadata = raw["source"], raw.get("metadata", {})
    return Cell(
        kind=raw["cell_type"],
        source=source if isinstance(source, str) else "".join(source),
        tags=tuple(metadata.get("tags", ())),
        marks=dict(metadata.get("nbgrader") or {}),
    )
