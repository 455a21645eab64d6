"""Exported pages carry the alternative text of figures, which nbconvert's own template drops."""

from __future__ import annotations

from html import escape

from nbconvert.preprocessors.base import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool


class AltText(Preprocessor):
    """Turns a PNG output that has alternative text in its metadata into an <img alt=...>."""

    enabled = Bool(True).tag(config=True)

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict, index: int
    ) -> tuple[NotebookNode, dict]:
        for output in cell.get("outputs", []):
            alt = output.get("metadata", {}).get("image/png", {}).get("alt")
            if alt:
                picture = output.data.pop("image/png").replace("\n", "")
                source = f"data:image/png;base64,{picture}"
                output.data["text/html"] = f'<img src="{source}" alt="{escape(alt)}">'
        return cell, resources
