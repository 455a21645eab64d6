"""Exercises are generated from solutions by nbgrader, as nbgrader_config.py says."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from nbconvert.preprocessors.base import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool

from labkit import ROOT
from labkit.authoring.twin import read_notebook, write_notebook
from labkit.files import replace_text

SOLUTION_ONLY = "solution-only"


class DropSolutionOnly(Preprocessor):
    """Leaves out the cells tagged `solution-only`: why a solution works and what goes wrong."""

    enabled = Bool(True).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        nb.cells = [c for c in nb.cells if SOLUTION_ONLY not in c.metadata.get("tags", [])]
        return nb, resources


class GenerationFailed(Exception):
    """nbgrader refused a solution; the message is its last lines."""


def in_step(root: Path, chapter: str) -> bool:
    """Whether a chapter's exercises are what its solutions gave when last generated here."""
    record = _record(root, chapter)
    return record.is_file() and record.read_text() == _digest(root, chapter)


def bring_in_step(root: Path, chapter: str) -> None:
    """Generate a chapter's exercises in place. Raises GenerationFailed."""
    generate(root / "solutions", root / "exercises", chapter)
    replace_text(_record(root, chapter), _digest(root, chapter))


def _record(root: Path, chapter: str) -> Path:
    return root / ".cache" / "exercises" / chapter


def _digest(root: Path, chapter: str) -> str:
    """Of all that goes into the exercises of a chapter, and of what came out."""
    digest = hashlib.sha256((root / "nbgrader_config.py").read_bytes())
    for folder in ("solutions", "exercises"):
        for path in sorted((root / folder / chapter).glob("*.ipynb")):
            digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest() + "\n"


def generate(solutions: Path, exercises: Path, chapter: str) -> list[Path]:
    """Generate the exercises of one chapter into the folder `exercises`; returns their paths.

    Raises GenerationFailed.
    """
    with tempfile.TemporaryDirectory() as scratch:
        course = Path(scratch)
        shutil.copy(ROOT / "nbgrader_config.py", course)
        shutil.copytree(solutions / chapter, course / "solutions" / chapter)
        _run_nbgrader(course, chapter)
        written = []
        for made in sorted((course / "exercises" / chapter).glob("*.ipynb")):
            target = exercises / chapter / made.name
            target.parent.mkdir(parents=True, exist_ok=True)
            write_notebook(read_notebook(made), target)
            written.append(target)
        return written


def _run_nbgrader(course: Path, chapter: str) -> None:
    command = [sys.executable, "-m", "nbgrader", "generate_assignment", chapter, "--no-db"]
    command += [f"--CourseDirectory.root={course}", "--log-level=WARN"]
    done = subprocess.run(command, cwd=course, capture_output=True, text=True, check=False)
    if done.returncode:
        raise GenerationFailed("\n".join(done.stderr.strip().splitlines()[-6:]))
