"""Files that are replaced in one step: whoever reads one never sees half of it."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path


def replace_file(path: Path, content: bytes) -> None:
    """Make `content` that of the file at `path`, and the folders that it needs.

    It is written beside its place and then moved there, so an interruption or a full disk leaves
    the old file as it was. Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise


def replace_text(path: Path, text: str) -> bool:
    """Make `text`, with one line end behind it, that of a file; says whether it was another."""
    text = text.rstrip("\n") + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    replace_file(path, text.encode())
    return True
