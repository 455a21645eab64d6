"""`python3 course.py sync [PATH]`: text twin -> executed notebook -> exercise -> ledger.

Only what changed is done again: a notebook whose cells are those of its twin is left as it is.
To execute a notebook again all the same, delete it first.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from pathlib import Path

from labkit import ROOT
from labkit.authoring import contents, cover, exercises, ledger
from labkit.authoring.execute import NotebookFailed, execute
from labkit.authoring.twin import drift, notebook_of, read_twin, twins, write_notebook
from labkit.files import replace_text

GLANCE = re.compile(r"(<!-- ledger:begin[^>]*-->).*?(<!-- ledger:end -->)", re.DOTALL)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="course.py sync", description=__doc__.split("\n\n")[0])
    parser.add_argument("path", nargs="?", type=Path, help="a twin, a notebook or a folder")
    path = parser.parse_args(arguments).path
    chosen = [twin for twin in twins() if path is None or _belongs(twin, path)]
    if not chosen and path is not None:
        print(f"{path}: no lesson or solution there; a twin is chapters/NN_chapter/NN_lesson.py")
        return 2
    failed = [str(twin) for twin in chosen if not _sync_notebook(twin)] + _sync_exercises()
    for page in write_pages():
        print(f"{page.relative_to(ROOT)}: written")
    if not failed:
        print("Everything is in step.")
    return 1 if failed else 0


def _belongs(twin: Path, path: Path) -> bool:
    path = path.resolve()
    return twin == path.with_suffix(".py") or path in twin.parents


def _sync_notebook(twin: Path) -> bool:
    """Bring one notebook in step with its twin; says what it did, and whether it worked."""
    reason = drift(twin)
    if reason is None:
        return True
    name = twin.relative_to(ROOT)
    print(f"{name}: {reason}; executing ...", flush=True)
    start = time.perf_counter()
    try:
        notebook = execute(read_twin(twin), twin.parent)
    except NotebookFailed as error:
        print(f"{name}: {error}\nThe notebook is left as it was.", file=sys.stderr)
        return False
    write_notebook(notebook, notebook_of(twin))
    print(f"{notebook_of(twin).relative_to(ROOT)}: written, {time.perf_counter() - start:.0f} s")
    return True


def _sync_exercises() -> list[str]:
    """Generate the exercises of each chapter; returns the chapters that failed."""
    failed = []
    for folder in sorted({path.parent for path in (ROOT / "solutions").glob("[0-9]*/*.ipynb")}):
        if exercises.in_step(ROOT, folder.name):
            continue
        try:
            exercises.bring_in_step(ROOT, folder.name)
            print(f"exercises/{folder.name}: generated")
        except exercises.GenerationFailed as error:
            print(f"solutions/{folder.name}: nbgrader says: {error}", file=sys.stderr)
            failed.append(folder.name)
    return failed


def pages(root: Path = ROOT) -> dict[Path, str]:
    """The text that each generated page should have."""
    readme = root / "README.md"
    at_a_glance = GLANCE.sub(
        lambda found: f"{found[1]}\n{ledger.glance(root)}\n{found[2]}",
        readme.read_text(encoding="utf-8"),
    )
    return {
        root / "chapters" / "README.md": contents.course_map(root),
        root / "chapters" / "LEDGER.md": ledger.page(root),
        readme: at_a_glance,
    }


def write_pages(root: Path = ROOT) -> list[Path]:
    """Write the generated pages; returns those that changed."""
    written = [path for path, text in pages(root).items() if replace_text(path, text)]
    return written + ([cover.place(root)] if cover.write(root) else [])
