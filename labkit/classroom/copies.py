"""The learner's own copies of lessons and exercises, which no update ever overwrites."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path
from urllib.parse import unquote

from labkit.classroom.course import Course
from labkit.files import replace_file, replace_text

RECORD = ".handed-out.json"
LINK = re.compile(r"(?<=\]\()(?![a-z]+:|[#/])([^)\s#]+)")
"""The target of a relative link in Markdown."""


def hand_out(course: Course | None = None) -> list[str]:
    """Copy every lesson and exercise that has no copy yet; returns what the learner has to know.

    A copy in which nothing was changed follows its original. A copy that was run or edited is left
    alone, and where its original has become newer, one line says so.
    """
    course = course or Course()
    handed_out = _read_record(course.work / RECORD)
    announced, copies = [], course.copies()
    for original, copy in copies.items():
        name = copy.relative_to(course.work).as_posix()
        try:
            content = copy_of(original, copy, copies)
        except ValueError:
            place = original.relative_to(course.root).as_posix()
            announced.append(f"{place} is damaged and was not handed out: git restore {place}")
            continue
        now = _digest(content)
        try:
            untouched = not copy.exists() or _digest(copy.read_bytes()) == handed_out.get(name)
        except OSError as error:
            announced.append(f"work/{name} cannot be read and was left alone: {error.strerror}.")
            continue
        if untouched:
            replace_file(copy, content)
            handed_out[name] = now
        elif handed_out.setdefault(name, now) != now:
            announced.append(
                f"A newer version of {name} is here. Yours is untouched; to start on the newer one,"
                f" rename work/{name} and run this again."
            )
    replace_text(course.work / RECORD, json.dumps(handed_out, indent=1))
    return announced


def copy_of(original: Path, copy: Path, copies: dict[Path, Path]) -> bytes:
    """The notebook `original` as it is handed out at the path `copy`: without results, which come
    from the learner's own run, and with links to the learner's other copies.

    Raises ValueError when it is no notebook.
    """
    notebook = json.loads(original.read_text(encoding="utf-8"))

    def relink(found: re.Match) -> str:
        target = Path(os.path.normpath(original.parent / unquote(found[1])))
        return Path(os.path.relpath(copies.get(target, target), copy.parent)).as_posix()

    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)
        elif cell["cell_type"] == "markdown":
            cell["source"] = LINK.sub(relink, "".join(cell["source"])).splitlines(keepends=True)
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _read_record(path: Path) -> dict[str, str]:
    """What was handed out, by the name of the copy. Where that is lost no copy is overwritten."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _digest(content: bytes) -> str:
    """A digest of the cells. JupyterLab writes into the rest when it only opens a notebook."""
    try:
        cells = json.loads(content)["cells"]
        read = [(c["cell_type"], "".join(c["source"]), c.get("outputs", [])) for c in cells]
        content = json.dumps(read).encode()
    except (ValueError, KeyError, TypeError):
        pass  # What is no notebook is told apart all the same.
    return hashlib.sha256(content).hexdigest()
