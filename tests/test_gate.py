"""The four-sided gate over every task, and the gate itself against what it has to catch."""

import shutil

import pytest
from fixtures.classroom import courses
from fixtures.classroom.courses import LESSON

from labkit.classroom import gate
from labkit.classroom.course import Course
from labkit.classroom.trial import Bench, Trial

REAL = Course()


@pytest.fixture(scope="module")
def bench():
    with Bench() as running:
        yield running


@pytest.mark.parametrize(("lesson", "task"), gate.subjects(REAL))
def test_every_task_stands_the_gate(bench, lesson, task):
    assert gate.problems(REAL, lesson, task, bench) == []


def test_every_answer_belongs_to_a_task():
    assert gate.strays(REAL) == []


@pytest.fixture
def course(tmp_path):
    return courses.make_course(tmp_path)


@pytest.mark.parametrize("task", courses.TASKS)
def test_a_sound_task_stands(bench, course, task):
    assert (LESSON, task) in gate.subjects(course)
    assert gate.problems(course, LESSON, task, bench) == []


def _solution(course, old, new):
    def change(notebook):
        cell = courses.cell(notebook, "total")
        assert old in cell.source
        cell.source = cell.source.replace(old, new)

    courses.edit(course.solution(LESSON), change)


def _check(course, grade_id, source):
    courses.edit(
        course.solution(LESSON), lambda nb: courses.cell(nb, grade_id).update(source=source)
    )


def _stub(course, source):
    courses.edit(
        course.exercise(LESSON), lambda nb: courses.cell(nb, "total").update(source=source)
    )


def _answer(course, name, source):
    (course.answers(LESSON) / "total" / name).write_text(source, encoding="utf-8")


def _only_the_first_wrong(course):
    (course.answers(LESSON) / "total" / "wrong_nothing_for_no_numbers.py").unlink()


def _drop_stub(course):
    courses.edit(course.exercise(LESSON), lambda nb: nb.cells.remove(courses.cell(nb, "total")))


DEFECTS = {
    "a solution that fails": (
        lambda c: _solution(c, "sum(numbers)", "sum(numbers) + 1"),
        "the solution fails: AssertionError: The total of the eight values is 32; expected 31.",
    ),
    "a solution that raises": (
        lambda c: _solution(c, "sum(numbers)", "sum(number)"),
        "the solution fails: NameError: name 'number' is not defined in the line"
        " 'return sum(number)'",
    ),
    "a stub that passes": (
        lambda c: _stub(c, courses.right("total")),
        "the untouched stub passes",
    ),
    "a stub that fails for another reason": (
        lambda c: _stub(c, "total = None"),
        "the untouched stub fails for another reason: TypeError: 'NoneType' object is not callable",
    ),
    "a stub that is gone": (_drop_stub, "its exercise has no such cell"),
    "a wrong answer that passes": (
        lambda c: _answer(c, "wrong_not.py", "# message: 31\ndef total(n):\n    return sum(n)\n"),
        "wrong_not.py passes every check",
    ),
    "a wrong answer with another message": (
        lambda c: _answer(c, "wrong_x.py", "# message: too slow\ndef total(n):\n    return 7\n"),
        "wrong_x.py meets 'The total of the eight values is 7; expected 31. See hint 1.'"
        " instead of 'too slow'",
    ),
    "a wrong answer that raises": (
        lambda c: _answer(c, "wrong_x.py", "# message: 31\ndef total(n):\n    return n[99]\n"),
        "wrong_x.py meets no assertion: IndexError: list index out of range in the line"
        " 'return n[99]'",
    ),
    "an assertion of the answer's own": (
        lambda c: _answer(
            c, "wrong_x.py", "# message: 31\ndef total(n):\n    assert not n, 'expected 31'\n"
        ),
        "wrong_x.py meets no assertion: AssertionError: expected 31",
    ),
    "a wrong answer that is no Python": (
        lambda c: _answer(c, "wrong_x.py", "# message: 31\ndef total(\n"),
        "wrong_x.py meets no assertion: SyntaxError",
    ),
    "a wrong answer without a message": (
        lambda c: _answer(c, "wrong_x.py", "def total(n):\n    return 7\n"),
        "wrong_x.py must start with the line '# message:",
    ),
    "a wrong answer with an empty message": (
        lambda c: _answer(c, "wrong_x.py", "# message:\ndef total(n):\n    return 7\n"),
        "wrong_x.py must start with the line '# message:",
    ),
    "an endless answer": (
        lambda c: _answer(c, "wrong_x.py", "# message: 31\nwhile True:\n    pass\n"),
        "wrong_x.py meets no assertion: it does not end (over 3 s)",
    ),
    "an answer that ends Python": (
        lambda c: _answer(c, "wrong_x.py", "# message: 31\nimport os\nos._exit(3)\n"),
        "wrong_x.py meets no assertion: it ends Python (exit status 3)",
    ),
    "a right answer that fails": (
        lambda c: _answer(c, "right_x.py", "def total(n):\n    return 7\n"),
        "right_x.py fails: AssertionError: The total of the eight values is 7; expected 31.",
    ),
    "a right answer that is the solution": (
        lambda c: _answer(c, "right_x.py", "# mine\n" + courses.right("total")),
        "right_x.py is the solution itself, not another way",
    ),
    "too few wrong answers": (
        _only_the_first_wrong,
        "has 1 answers wrong_*.py and needs at least 2",
    ),
    "no answers": (
        lambda c: shutil.rmtree(c.answers(LESSON)),
        "has 0 answers right_*.py and needs at least 1",
    ),
    "an answer of neither kind": (
        lambda c: _answer(c, "other.py", "1\n"),
        "other.py is neither wrong_<why>.py nor right_<how>.py",
    ),
    "a hidden check that needs the visible one's luck": (
        lambda c: _check(c, "total-hidden", "assert unheard_of, 'no'"),
        "the solution fails: NameError: name 'unheard_of' is not defined",
    ),
}


@pytest.mark.parametrize("name", DEFECTS)
def test_each_defect_is_reported_in_one_line(bench, course, name):
    change, line = DEFECTS[name]
    change(course)
    found = gate.problems(course, LESSON, "total", bench, seconds=3)
    assert any(line in problem for problem in found), found
    assert all(problem.startswith(f"{LESSON}, task total: ") for problem in found)
    assert not any("\n" in problem for problem in found)


def test_answers_of_no_task_are_strays(course):
    assert gate.strays(course) == []
    folder = course.answers(LESSON)
    (folder / "total").rename(folder / "sum")
    assert gate.strays(course) == [f"tests/answers/{LESSON}/sum: no such task"]


def test_a_check_leaves_no_name_for_the_next_task(bench, course):
    _check(course, "mean-check", "assert expected == 31, 'left over from task 1'")
    (problem, *_) = gate.problems(course, LESSON, "mean", bench)
    assert "NameError: name 'expected' is not defined" in problem


def test_a_trial_runs_in_an_event_loop_as_a_notebook_does(bench, tmp_path):
    source = "import asyncio\nasync def f(): pass\nasyncio.run(f())"
    assert bench.run(Trial([source], [], tmp_path), 9).name == "RuntimeError"


def test_trials_share_no_names(bench, tmp_path):
    assert bench.run(Trial(["left = 1"], ["assert left == 1, 'x'"], tmp_path), 9).kind == "passed"
    after = bench.run(Trial(["pass"], ["assert left == 1, 'x'"], tmp_path), 9)
    assert (after.name, after.message) == ("NameError", "name 'left' is not defined")
