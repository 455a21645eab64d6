"""Relative links and anchors in Markdown files and notebooks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from labkit.authoring.form import headings
from labkit.authoring.twin import read_notebook

LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")


def broken_links(path: Path) -> list[str]:
    """Links in a file that lead nowhere, one line each; those with a scheme are not followed."""
    found = []
    for target in LINK.findall(_prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        place, _, anchor = unquote(target).partition("#")
        file = (path.parent / place).resolve() if place else path
        if not file.exists():
            found.append(f"{target}: no such file")
        elif anchor and file.suffix in (".md", ".ipynb") and anchor not in set(_anchors(file)):
            found.append(f"{target}: no such heading")
    return found


def _prose(path: Path) -> str:
    if path.suffix == ".ipynb":
        cells = read_notebook(path).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    else:
        text = path.read_text(encoding="utf-8")
    return re.sub(r"```.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)


def _anchors(path: Path) -> Iterator[str]:
    """Headings as GitHub and JupyterLab each turn them into anchors."""
    if path.suffix == ".ipynb":
        texts = [text for _, text in headings(read_notebook(path))]
    else:
        texts = re.findall(r"^#+ +(.+?)\s*$", path.read_text(encoding="utf-8"), re.MULTILINE)
    for text in texts:
        plain = re.sub(r"[`*]", "", text)
        yield re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")
        yield plain.replace(" ", "-")
