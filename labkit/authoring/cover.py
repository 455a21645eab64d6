"""The README's picture: the figure of the one lesson cell that is tagged `cover`."""

from __future__ import annotations

import base64
from pathlib import Path

from labkit import ROOT
from labkit.authoring.twin import read_notebook
from labkit.files import replace_file

TAG = "cover"


def place(root: Path = ROOT) -> Path:
    return root / "chapters" / "cover.png"


def picture(root: Path = ROOT) -> bytes | None:
    """The PNG that the tagged cell last drew; None where no lesson has such a cell."""
    for path in sorted((root / "chapters").glob("[0-9]*/*.ipynb")):
        for cell in read_notebook(path).cells:
            if TAG in cell.metadata.get("tags", []):
                for output in cell.outputs:
                    if "image/png" in output.get("data", {}):
                        return base64.b64decode(output.data["image/png"])
    return None


def write(root: Path = ROOT) -> bool:
    """Write the picture beside the chapters, when it differs; says whether it did."""
    drawn, path = picture(root), place(root)
    if drawn is None or (path.is_file() and path.read_bytes() == drawn):
        return False
    replace_file(path, drawn)
    return True
