"""A solution notebook reads as tasks, and every fault in its anatomy is named."""

import re
from collections.abc import Callable

import nbformat
import pytest
from fixtures.classroom import courses

from labkit.classroom import anatomy
from labkit.classroom.course import Course, NoSuchLesson
from labkit.classroom.tasks import AnatomyError, read

REAL = Course()


@pytest.mark.parametrize("lesson", REAL.lessons())
def test_every_solution_has_its_anatomy(lesson):
    assert anatomy.problems(REAL.solution(lesson)) == []


@pytest.fixture
def solution(tmp_path):
    path = tmp_path / "01_sums.ipynb"
    courses.write(courses.solution(), path)
    return path


def test_tasks_are_read_in_order(solution):
    exercise = read(solution)
    assert [(t.number, t.id, t.title) for t in exercise.tasks] == [
        (1, "total", "The total"),
        (2, "mean", "The mean"),
        (3, "peak", "The peak"),
    ]
    total = exercise.tasks[0]
    assert "return sum(numbers)" in total.solution
    assert "got == expected" in total.visible and "secret" in total.hidden
    assert [(h.number, h.title) for h in total.hints] == [(1, "a nudge"), (2, "the empty list")]
    assert total.hints[0].text == "Start from 0."
    assert exercise.cells[total.start].source == total.solution
    assert exercise.cells[total.end].source == total.visible
    assert anatomy.problems(solution) == []


def test_a_written_answer_is_no_task(solution):
    def add(notebook):
        marks = {"grade": True, "solution": True, "locked": False, "points": 5}
        marks |= {"grade_id": "report", "schema_version": 3}
        notebook.cells.append(
            nbformat.v4.new_markdown_cell("Your report.", metadata={"nbgrader": marks})
        )

    courses.edit(solution, add)
    assert read(solution).written == ("report",)
    assert len(read(solution).tasks) == 3
    assert anatomy.problems(solution) == []


def test_code_that_only_the_solution_has_stands_after_all_tasks(solution):
    def add(notebook):
        cell = nbformat.v4.new_code_cell("print('a model report')")
        cell.metadata["tags"] = ["solution-only"]
        notebook.cells.append(cell)

    courses.edit(solution, add)
    assert anatomy.problems(solution) == []


def _replace(grade_id: str, old: str, new: str) -> Callable:
    def change(notebook):
        cell = courses.cell(notebook, grade_id)
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def _mark(place: str, **marks) -> Callable:
    return lambda notebook: courses.cell(notebook, place).metadata.nbgrader.update(marks)


def _delete(grade_id: str) -> Callable:
    return lambda notebook: notebook.cells.remove(courses.cell(notebook, grade_id))


def _prose(start: str, old: str, new: str) -> Callable:
    def change(notebook):
        cell = next(c for c in notebook.cells if c.source.startswith(start))
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    return change


def _move_hidden_before_visible(notebook):
    hidden = courses.cell(notebook, "total-hidden")
    notebook.cells.remove(hidden)
    notebook.cells.insert(notebook.cells.index(courses.cell(notebook, "total-check")), hidden)


def _drop_solution_only(notebook):
    notebook.cells = [c for c in notebook.cells if "starts at 0. What" not in c.source]


def _tag_code(notebook):
    notebook.cells[1].metadata["tags"] = ["solution-only"]


def _no_tasks(notebook):
    notebook.cells = notebook.cells[:2]


HINTS = "<details><summary>Hint 1: a nudge"
FAULTS = {
    "no visible check": (_delete("total-check"), "task total: no visible check"),
    "no hidden check": (_delete("total-hidden"), "task total: no hidden check"),
    "a check of no task": (_delete("peak"), "the check 'peak-check' belongs to no task"),
    "an id twice": (_mark("mean", grade_id="total"), "'total' stands on 2 cells"),
    "order": (_move_hidden_before_visible, "task total: the order must be"),
    "no heading": (_prose("## Task 1", "## Task 1: The total", "Now"), "'## Task 1: title'"),
    "wrong number": (_prose("## Task 2", "Task 2", "Task 4"), "task 2 but its heading says 4"),
    "no hints": (_prose(HINTS, "summary", "b"), "task total: no hints"),
    "hint numbers": (_prose(HINTS, "Hint 2", "Hint 3"), "not numbered from 1 upwards"),
    "hint form": (_prose(HINTS, "Hint 2:", "Second:"), "not of the form <details>"),
    "empty hint": (_prose(HINTS, "Start from 0.", ""), "a hint is empty"),
    "raw Markdown": (_prose(HINTS, "</summary>\n\nStart", "</summary>\nStart"), "needs an empty"),
    "no tasks": (_no_tasks, "no task"),
    "id": (_mark("peak", grade_id="Peak"), "belongs to no task"),
    "points": (_mark("mean-check", points=2), "mean-check must carry points 1"),
    "unlocked check": (_mark("mean-hidden", locked=False), "must carry locked True"),
    "old schema": (_mark("mean", schema_version=2), "must carry schema_version 3"),
    "no region": (_replace("total", "### BEGIN SOLUTION", ""), "must stand between ###"),
    "nested region": (
        _replace("total", "return", "### BEGIN SOLUTION\n    return"),
        "must stand between ###",
    ),
    "empty region": (_replace("total", "return sum(numbers)", ""), "its solution is empty"),
    "no docstring": (
        _replace("peak", '"""The largest of one or more numbers."""', "# The largest."),
        "the function peak has no docstring",
    ),
    "stub": (
        _replace("peak", "    ### END SOLUTION", "    ### END SOLUTION\n  odd"),
        "without its solution the cell does not compile",
    ),
    "built-in name": (_replace("peak", "def peak", "def max"), "max is a built-in name"),
    "hidden in the open": (
        _replace("peak-hidden", "### BEGIN HIDDEN TESTS\n", ""),
        "its hidden check must begin with",
    ),
    "no assert": (
        lambda nb: courses.cell(nb, "peak-check").update(source="peak(values)"),
        "its visible check has no assert",
    ),
    "no message": (
        lambda nb: courses.cell(nb, "peak-check").update(source="assert peak(values) == 9"),
        "an assert without a message: assert peak(values) == 9",
    ),
    "assert on a tuple": (
        lambda nb: courses.cell(nb, "peak-check").update(source="assert (1 == 2, 'never')"),
        "asserts something that is always so",
    ),
    "assert on a constant": (
        lambda nb: courses.cell(nb, "peak-check").update(source="assert True, 'fine'"),
        "asserts something that is always so",
    ),
    "assert function": (
        _replace("peak-hidden", "got = ", "np.testing.assert_equal(1, 1)\ngot = "),
        "calls assert_equal; write a plain assert",
    ),
    "unknown hint": (_replace("mean-check", "hint 1", "hint 3"), "names hint 3, and there are 1"),
    "magic": (_replace("mean-check", "got =", "%time\ngot ="), "not plain Python (line 1"),
    "await": (lambda nb: nb.cells[1].update(source="await x"), "cell 2: not plain Python"),
    "no explanation": (_drop_solution_only, "task total: no prose tagged solution-only"),
    "code tagged away": (_tag_code, "cell 2: only prose may be tagged solution-only"),
    "stray solution": (
        lambda nb: nb.cells[1].update(source="### BEGIN SOLUTION\n1\n### END SOLUTION"),
        "cell 2: a solution region outside a solution cell",
    ),
    "stray hidden": (
        _replace("mean-check", "got =", "### BEGIN HIDDEN TESTS\ngot ="),
        "a hidden region outside a hidden check",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_is_named(solution, name):
    change, line = FAULTS[name]
    courses.edit(solution, change)
    found = anatomy.problems(solution)
    assert any(line in problem for problem in found), found


def test_a_solution_may_have_several_regions(solution):
    second = '\n\n\ndef twice(n):\n    """2 n."""\n    ### BEGIN SOLUTION\n    return 2 * n\n'
    second += "    ### END SOLUTION"
    courses.edit(
        solution,
        lambda nb: courses.cell(nb, "total").update(source=courses.right("total") + second),
    )
    assert anatomy.problems(solution) == []


def test_an_id_is_in_snake_case(solution):
    def rename(notebook):
        for suffix in ("", "-check", "-hidden"):
            marks = courses.cell(notebook, f"peak{suffix}").metadata.nbgrader
            marks.grade_id = f"The-peak{suffix}"

    courses.edit(solution, rename)
    assert anatomy.problems(solution) == ["task The-peak: its id must be in snake_case"]


def test_reading_names_every_fault_at_once(solution):
    courses.edit(solution, _delete("total-check"))
    courses.edit(solution, _delete("peak-hidden"))
    with pytest.raises(AnatomyError, match=r"01_sums\.ipynb: .*'total-check'.*'peak-hidden'"):
        read(solution)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'{"cells": [', "line 1 is not valid JSON"),
        (b"\xff\xfe\x00", "not UTF-8 text"),
        (b"[]", "no list of cells"),
        (b'{"cells": [{"cell_type": "code"}]}', "no type or no text"),
        (b'{"cells": [3]}', "no type or no text"),
    ],
)
def test_a_file_that_is_no_notebook(solution, content, line):
    solution.write_bytes(content)
    (problem,) = anatomy.problems(solution)
    assert problem.startswith("not a readable notebook") and line in problem


@pytest.fixture
def course(tmp_path):
    for name in ("02_data/01_sources", "03_training/01_every_sample", "03_training/02_sources"):
        path = tmp_path / "solutions" / f"{name}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", encoding="utf-8")
    return Course(tmp_path)


@pytest.mark.parametrize(
    "wanted",
    [
        "03_training/01_every_sample",
        "01_every",
        "SAMPLE",
        "work/03_training/01_every_sample_exercise.ipynb",
        "work/03_training/01_every_sample.ipynb",
        "./exercises\\03_training\\01_every_sample.ipynb",
    ],
)
def test_a_lesson_is_found_by_a_part_of_its_name(course, wanted):
    assert course.find(wanted) == "03_training/01_every_sample"


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("sources", "fits 2 lessons: 02_data/01_sources, 03_training/02_sources."),
        ("01_evry", "No exercise fits '01_evry'. There are: 03_training/01_every_sample"),
        ("zzz", "02_data/01_sources, 03_training/01_every_sample, 03_training/02_sources."),
    ],
)
def test_a_word_that_fits_none_or_many_names_the_candidates(course, wanted, message):
    with pytest.raises(NoSuchLesson, match=re.escape(message)) as caught:
        course.find(wanted)
    assert "\n" not in str(caught.value)
