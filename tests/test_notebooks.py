"""Every notebook of the course: its form, its links, and that it is in step with its source."""

import filecmp
import subprocess
import sys
from pathlib import Path

import pytest
from nbconvert import HTMLExporter

from labkit import ROOT
from labkit.authoring import cover, exercises, ledger, sync
from labkit.authoring.export import AltText
from labkit.authoring.form import problems
from labkit.authoring.links import broken_links
from labkit.authoring.twin import drift, notebook_of, read_notebook, twins

NOTEBOOKS = sorted(
    path
    for top in ("chapters", "solutions", "exercises")
    for path in ROOT.glob(f"{top}/[0-9]*/*.ipynb")
)
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("*/*.md"), *ROOT.glob("*/*/*.md")])
PAGES = [
    path
    for path in PAGES
    if not any(part == "work" or part.startswith(".") for part in path.relative_to(ROOT).parts)
]


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_form(path):
    found = problems(path)
    assert not found, f"{name(path)}: mend the text twin, then run sync:\n" + "\n".join(found)


@pytest.mark.parametrize("twin", twins(), ids=name)
def test_notebook_is_in_step_with_its_twin(twin):
    found = drift(twin)
    assert found is None, f"{name(notebook_of(twin))}: {found}; run: course.py sync {name(twin)}"


def test_every_notebook_has_its_source():
    solutions = {
        path.relative_to(ROOT / "solutions") for path in NOTEBOOKS if "solutions" in path.parts
    }
    for path in NOTEBOOKS:
        if "exercises" in path.parts:
            source = path.relative_to(ROOT / "exercises")
            assert source in solutions, f"{name(path)} has no solution; delete it"
        else:
            assert path.with_suffix(".py").is_file(), f"{name(path)} has no text twin"


@pytest.mark.parametrize("path", [*PAGES, *NOTEBOOKS], ids=name)
def test_links_lead_somewhere(path):
    assert broken_links(path) == []


@pytest.mark.parametrize("page", sync.pages(), ids=name)
def test_generated_page_is_in_step(page):
    in_step = page.read_text(encoding="utf-8") == sync.pages()[page]
    assert in_step, f"{name(page)} is stale; run: course.py sync"


def test_the_cover_is_what_its_lesson_drew():
    assert cover.place().read_bytes() == cover.picture(), "the cover is stale; run: course.py sync"


CHAPTERS_WITH_EXERCISES = sorted(
    {path.parent.name for path in NOTEBOOKS if "solutions" in path.parts}
)


@pytest.mark.parametrize("chapter", CHAPTERS_WITH_EXERCISES)
def test_exercises_are_what_the_solutions_give(chapter, tmp_path):
    """Generated afresh, byte for byte."""
    made = exercises.generate(ROOT / "solutions", tmp_path, chapter)
    committed = ROOT / "exercises" / chapter
    assert [path.name for path in made] == sorted(path.name for path in committed.glob("*.ipynb"))
    for path in made:
        same = filecmp.cmp(path, committed / path.name, shallow=False)
        assert same, f"exercises/{chapter}/{path.name} is stale; run: course.py sync"


def test_every_claim_that_a_lesson_asserts_is_in_the_list():
    listed = {claim.id for claim in ledger.claims()}
    unknown = {(s.id, s.notebook) for s in ledger.showings() if s.id not in listed}
    assert not unknown, "add a row to chapters/claims.csv for each"


def test_a_limit_is_asserted_only_where_the_list_has_one():
    limited = {claim.id for claim in ledger.claims() if claim.limit}
    without = {(s.id, s.notebook) for s in ledger.showings() if s.is_limit and s.id not in limited}
    assert not without, "the claim's row in chapters/claims.csv has no limit"


def test_exported_pages_carry_alternative_text():
    lesson = next(path for path in NOTEBOOKS if "chapters" in path.parts)
    html, _ = HTMLExporter(preprocessors=[AltText]).from_notebook_node(read_notebook(lesson))
    figures = sum(
        "image/png" in output.get("data", {})
        for cell in read_notebook(lesson).cells
        for output in cell.get("outputs", [])
    )
    assert html.count('<img alt="') + html.count('" alt="') >= figures > 0
    assert "No description has been provided" not in html


def test_lint():
    targets = ["course.py", "nbgrader_config.py", "labkit", "tests", "chapters", "solutions"]
    for command in (["check", "--quiet"], ["format", "--check", "--quiet"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--no-cache", *targets],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"run: ruff {command[0]}\n{done.stdout}{done.stderr}"
