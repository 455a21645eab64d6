"""labkit.authoring: twins, drift, execution, form, links, ledger, map. Each defect is caught."""

import json
from types import SimpleNamespace

import nbformat
import pytest

from labkit.authoring import contents, exercises, ledger, sync
from labkit.authoring.execute import NotebookFailed, execute, strip
from labkit.authoring.form import problems
from labkit.authoring.links import broken_links
from labkit.authoring.twin import drift, notebook_of, read_twin, write_notebook
from labkit.files import replace_text

TWIN = """\
# %% [markdown]
# # Waiting
# Why does it wait?
#
# **Time** 30 minutes. **Before this** nothing.
# %%
x = 1
# %% [markdown]
# ## Measure
# %% tags=["claim-P2"]
claim("P2", "x is small", measured=x, below=2)
"""


@pytest.fixture
def twin(tmp_path):
    path = tmp_path / "chapters" / "01_production" / "01_waiting.py"
    path.parent.mkdir(parents=True)
    path.write_text(TWIN, encoding="utf-8")
    write_notebook(read_twin(path), notebook_of(path))
    return path


# Twins and drift


def test_a_notebook_is_a_function_of_its_twin(twin):
    ids = [cell.id for cell in read_twin(twin).cells]
    assert ids == [cell.id for cell in read_twin(twin).cells]
    assert ids[0] == "waiting"
    assert ids[3] == "claim-P2"


def test_editing_one_cell_keeps_the_ids_of_the_others(twin):
    before = [cell.id for cell in read_twin(twin).cells]
    twin.write_text(TWIN.replace("x = 1", "x = 1.5"), encoding="utf-8")
    after = [cell.id for cell in read_twin(twin).cells]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, False, True, True]


def test_the_cells_of_a_task_are_marked_for_nbgrader(twin):
    marks = [f'# %% {role}="mean"\nx\n' for role in ("solution", "check", "hidden")]
    twin.write_text(TWIN + "".join(marks), encoding="utf-8")
    solution, check, hidden = (cell.metadata.nbgrader for cell in read_twin(twin).cells[-3:])
    assert [m.grade_id for m in (solution, check, hidden)] == ["mean", "mean-check", "mean-hidden"]
    assert (solution.solution, solution.grade, check.grade, hidden.points) == (True, False, True, 1)


def test_a_written_answer_is_marked_for_grading_by_hand(twin):
    written = '# %% [markdown] written="report"\n# The model report.\n'
    twin.write_text(TWIN + written, encoding="utf-8")
    cell = read_twin(twin).cells[-1]
    marks = cell.metadata.nbgrader
    assert (cell.cell_type, cell.id, cell.source) == ("markdown", "report", "The model report.")
    assert (marks.grade_id, marks.grade, marks.solution, marks.locked) == (
        "report",
        True,
        True,
        False,
    )
    assert marks.points == 10


def test_of_a_written_answer_the_exercise_shows_a_prompt(tmp_path):
    """nbgrader keeps the cell and its points, and takes out the model answer."""
    twin = tmp_path / "solutions" / "01_production" / "09_project.py"
    twin.parent.mkdir(parents=True)
    marks = [f'# %% {role}="mean"\n{{}}\n' for role in ("solution", "check", "hidden")]
    cells = [
        "# %% [markdown]\n# # Project\n",
        marks[0].format("### BEGIN SOLUTION\nx = 1\n### END SOLUTION"),
        marks[1].format("assert x == 1, 'x'"),
        marks[2].format("### BEGIN HIDDEN TESTS\nassert x == 1, 'x'\n### END HIDDEN TESTS"),
        '# %% [markdown] written="report"\n# The model report.\n',
        '# %% tags=["solution-only"]\nprint("numbers of the model report")\n',
    ]
    twin.write_text("".join(cells), encoding="utf-8")
    write_notebook(read_twin(twin), notebook_of(twin))
    (made,) = exercises.generate(tmp_path / "solutions", tmp_path / "exercises", "01_production")
    exercise = nbformat.read(made, as_version=4)
    assert "model report" not in made.read_text(encoding="utf-8")
    report = exercise.cells[-1]
    assert (report.cell_type, report.source) == ("markdown", "YOUR ANSWER HERE")
    assert report.metadata.nbgrader.grade and report.metadata.nbgrader.points == 10


def test_equal_cells_get_different_ids(twin):
    twin.write_text(TWIN + "# %%\nx\n# %%\nx\n", encoding="utf-8")
    ids = [cell.id for cell in read_twin(twin).cells]
    assert len(set(ids)) == len(ids) == 6


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (("x = 1\n", "x = 2\n"), "source"),
        (('["claim-P2"]', '["claim-P3"]'), "metadata"),
        (("# %% [markdown]\n# ## Measure", "# %%\n# ## Measure"), "type"),
        (("# %%\nx = 1\n", ""), "cell 2"),
    ],
)
def test_drift_is_named(twin, edit, says):
    assert drift(twin) is None
    twin.write_text(TWIN.replace(*edit), encoding="utf-8")
    assert says in drift(twin)


def test_a_missing_cell_at_the_end_and_a_missing_notebook_are_drift(twin):
    twin.write_text(TWIN + "# %%\nx\n", encoding="utf-8")
    assert "5 cells" in drift(twin)
    notebook_of(twin).unlink()
    assert "no notebook" in drift(twin)


def test_writing_what_is_there_already_writes_nothing(tmp_path):
    path = tmp_path / "page.md"
    assert replace_text(path, "text")
    assert not replace_text(path, "text\n")
    assert list(tmp_path.iterdir()) == [path]


# Execution


@pytest.mark.kernel
def test_execution_keeps_meaning_and_drops_what_varies(notebook, tmp_path):
    made = execute(notebook("# A", "print('out')", "1 + 1", executed=False), tmp_path)
    assert made.cells[1].outputs[0].text == "out\n"
    assert made.cells[2].outputs[0].data["text/plain"] == "2"
    assert [cell.get("execution_count") for cell in made.cells[1:]] == [1, 2]
    assert made.metadata.language_info == {"name": "python"}
    assert all("execution" not in cell.metadata for cell in made.cells)


@pytest.mark.kernel
@pytest.mark.parametrize(
    ("code", "says"),
    [("1 / 0", "cell-1) raised ZeroDivisionError"), ("import os; os._exit(1)", "ended the kernel")],
)
def test_a_cell_that_fails_is_named(notebook, tmp_path, code, says):
    with pytest.raises(NotebookFailed) as failure:
        execute(notebook("# A", code, executed=False), tmp_path)
    assert says in str(failure.value)


def test_strip_removes_widget_state(notebook):
    made = notebook("# A", "x")
    made.metadata.widgets = {"state": {}}
    made.cells[1].metadata.execution = {"iopub.status.busy": "now"}
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
    made.cells[1].outputs = [nbformat.v4.new_output("display_data", view)]
    strip(made)
    assert "widgets" not in made.metadata
    assert made.cells[1].outputs == []
    assert made.cells[1].metadata == {}


# Form: a broken notebook of each kind is caught


def _form(notebook, tmp_path, folder="chapters"):
    path = tmp_path / folder / "lesson.ipynb"
    path.parent.mkdir()
    path.write_text(json.dumps(notebook), encoding="utf-8")
    return " | ".join(problems(path))


def test_a_sound_notebook_has_no_problems(notebook, tmp_path):
    assert _form(notebook("# Title", "## Part", "x = 1"), tmp_path) == ""


def _with_output(notebook, **output):
    made = notebook("# Title", "x = 1")
    if output["output_type"] == "display_data":
        output.setdefault("metadata", {})
    made.cells[1].outputs = [nbformat.from_dict(output)]
    return made


def _edited(made, edit):
    edit(made)
    return made


PNG = {"image/png": "iVBORw0KGgo=", "text/plain": "a figure"}
ALT = {"image/png": {"alt": "a line"}}
CLAIM = {"claim": {"id": "P2"}}
BROKEN = {
    "no heading": (lambda nb: nb("x = 1"), "level-1 heading"),
    "two titles": (lambda nb: nb("# A", "# B"), "level-1 heading"),
    "skipped level": (lambda nb: nb("# A", "### B"), "skips from level 1 to level 3"),
    "shouting": (lambda nb: nb("# A\nHow nice!"), "voice"),
    "belittling": (lambda nb: nb("# A\nYou just run it."), "voice"),
    "path": (lambda nb: nb("# A", "open('/home/ada/data.csv')"), "absolute path /home/ada"),
    "windows path": (lambda nb: nb("# A", r"open('C:\data.csv')"), "absolute path"),
    "long cell": (lambda nb: nb("# A", "x = 1\n" * 50), "lines of code"),
    "not executed": (lambda nb: nb("# A", "x = 1", executed=False), "not executed"),
    "stderr": (
        lambda nb: _with_output(nb, output_type="stream", name="stderr", text="careful"),
        "stderr",
    ),
    "error": (
        lambda nb: _with_output(nb, output_type="error", ename="KeyError", evalue="", traceback=[]),
        "ends in KeyError",
    ),
    "printed path": (
        lambda nb: _with_output(nb, output_type="stream", name="stdout", text="see /tmp/x.txt"),
        "prints the absolute path /tmp/x.txt",
    ),
    "no alt": (lambda nb: _with_output(nb, output_type="display_data", data=PNG), "alternative"),
    "no caption": (
        lambda nb: _with_output(nb, output_type="display_data", data=PNG, metadata=ALT),
        "no caption",
    ),
    "claim without assertion": (
        lambda nb: _edited(
            nb("# A", "x = 1"), lambda made: made.cells[1].metadata.update(tags=["claim-P2"])
        ),
        "tagged claim-P2 but asserts no claim",
    ),
    "claim without tag": (
        lambda nb: _with_output(
            nb, output_type="display_data", data={"text/plain": "P2"}, metadata=CLAIM
        ),
        "asserts P2 without the tag",
    ),
    "too large": (lambda nb: nb("# A\n" + "word " * 70_000), "over 300 KB"),
    "same id twice": (
        lambda nb: _edited(nb("# A", "x = 1"), lambda made: made.cells[1].update(id="cell-0")),
        "the id cell-0 stands twice",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_notebook_of_each_kind_is_caught(kind, notebook, tmp_path):
    build, says = BROKEN[kind]
    assert says in _form(build(notebook), tmp_path)


def test_an_exercise_with_outputs_is_caught(notebook, tmp_path):
    assert "no outputs" in _form(notebook("# A", "x = 1"), tmp_path, folder="exercises")


def test_what_is_no_notebook_is_caught(tmp_path):
    path = tmp_path / "lesson.ipynb"
    path.write_text("{", encoding="utf-8")
    assert "not a valid notebook" in problems(path)[0]


# Links


def test_broken_links_and_anchors_are_caught(tmp_path, notebook):
    (tmp_path / "other.md").write_text("# One\n\n## Two words\n", encoding="utf-8")
    page = tmp_path / "page.md"
    page.write_text(
        "# Here\n[a](other.md) [b](other.md#two-words) [c](#here) [d](https://example.org)\n"
        "`[e](code.md)` [f](gone.md) [g](other.md#three)\n",
        encoding="utf-8",
    )
    assert broken_links(page) == ["gone.md: no such file", "other.md#three: no such heading"]


# Ledger and map


@pytest.fixture
def course(twin):
    root = twin.parents[2]
    (root / "chapters" / "claims.csv").write_text(
        "id,claim,limit\nP2,Batches wait.,Not always.\nP3,Bounds cost.,\n", encoding="utf-8"
    )
    (twin.parent / "README.md").write_text("# Production\n\nAll of it.\n", encoding="utf-8")
    (root / "README.md").write_text(
        "# Course\n\n<!-- ledger:begin -->\nstale\n<!-- ledger:end -->\n\nEnd.\n", encoding="utf-8"
    )
    made = read_twin(twin)
    record = {"id": "P2", "says": "x is small", "relation": "below 2", "measured": "1"}
    made.cells[3].outputs = [
        nbformat.v4.new_output(
            "display_data", {"text/plain": "."}, metadata={"claim": {**record, "limit": False}}
        )
    ]
    write_notebook(made, notebook_of(twin))
    return SimpleNamespace(root=root, twin=twin)


def test_the_ledger_says_what_is_shown_and_what_is_not(course):
    page = ledger.page(course.root)
    row = "| [Waiting](01_production/01_waiting.ipynb) | x is small | below 2 | 1 |"
    assert row in page
    shown, limit, unshown = (
        page.split("## P2")[1].replace("## P3", "**Limit.**").split("**Limit.**")
    )
    assert "Not yet shown." not in shown
    assert "Not yet shown." in limit
    assert "Not yet shown." in unshown


def test_the_readme_gets_the_ledger_at_a_glance_and_keeps_the_rest(course):
    assert course.root / "README.md" in sync.write_pages(course.root)
    text = (course.root / "README.md").read_text(encoding="utf-8")
    assert "1 of 2 claims" in text
    assert "stale" not in text
    assert text.endswith("<!-- ledger:end -->\n\nEnd.\n")
    assert sync.write_pages(course.root) == []


def test_the_map_reads_a_lesson_from_its_twin(course):
    (chapter,) = contents.chapters(course.root)
    (lesson,) = chapter.lessons
    assert (chapter.title, chapter.introduction) == ("Production", "All of it.")
    assert (lesson.title, lesson.hook, lesson.time) == (
        "Waiting",
        "Why does it wait?",
        "30 minutes",
    )
    assert lesson.claims == ("P2",)
    assert (lesson.has_lesson, lesson.has_exercise) == (True, False)


def test_a_side_lesson_has_no_exercise_and_the_map_offers_none(course):
    row = "| [Waiting](01_production/01_waiting.ipynb) | Why does it wait? | 30 minutes | P2 |  |"
    assert row in contents.course_map(course.root)


def test_the_map_lists_a_project_that_has_no_lesson(course):
    project = course.root / "solutions" / "01_production" / "02_project.py"
    project.parent.mkdir(parents=True, exist_ok=True)
    opening = "# %% [markdown]\n# # Project: a plan\n#\n# You plan it.\n#\n# **Time** 2 hours.\n"
    project.write_text(opening, encoding="utf-8")
    lessons = contents.chapters(course.root)[0].lessons
    (lesson,) = (lesson for lesson in lessons if lesson.name == "02_project")
    assert (lesson.has_lesson, lesson.has_exercise) == (False, True)
    assert (lesson.title, lesson.hook, lesson.time) == (
        "Project: a plan",
        "You plan it.",
        "2 hours",
    )
    row = "| Project: a plan | You plan it. | 2 hours |  | [exercise](../exercises/"
    assert row in contents.course_map(course.root)
