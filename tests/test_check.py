"""`check` against right and wrong answers, and against everything a learner's notebook may do."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import psutil
import pytest
from fixtures.classroom import courses
from fixtures.classroom.courses import LESSON, TASKS, answer, edit, right

from labkit.classroom import attempt, kernel
from labkit.classroom.check import main
from labkit.classroom.checking import Limits
from labkit.classroom.course import Course
from labkit.classroom.memory import Memory
from labkit.classroom.notebook import read_cells
from labkit.classroom.tasks import read
from labkit.classroom.verdict import Standing, Verdict

pytestmark = pytest.mark.kernel

IMPATIENT = Limits(cell=2)
RIGHT = {task: right(task) for task in TASKS}


@pytest.fixture
def course(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")
    return courses.make_course(tmp_path)


def check(course: Course, *argv: str, limits: Limits | None = None) -> tuple[int, str]:
    """The exit status and what was written."""
    stream = io.StringIO()
    status = main(list(argv), course=course, limits=limits, stream=stream)
    return status, stream.getvalue()


def said(course: Course, limits: Limits | None = None) -> dict[str, str]:
    """What `check` says about each task of the lesson, in one line each, by task id."""
    status, text = check(course, "sums", limits=limits)
    body = " ".join(text.split("\n\n")[1].split())
    parts = body.split("Task ")[1:]
    assert [part[0] for part in sorted(parts)] == ["1", "2", "3"], text
    assert (status == 0) == text.rstrip().endswith("3 of 3 tasks passed.")
    return dict(zip(TASKS, (part[1:].strip() for part in sorted(parts)), strict=True))


@pytest.fixture
def no_kernel(monkeypatch):
    def refuse(*_):
        raise AssertionError("a kernel was started")

    return lambda: monkeypatch.setattr(kernel, "Kernel", refuse)


def test_right_answers_pass_and_are_remembered(course, no_kernel):
    answer(course, **RIGHT)
    before = course.copy(LESSON).read_bytes()
    first = check(course, "01_sums")
    assert first[0] == 0 and "3 of 3 tasks passed." in first[1]
    assert "solutions/01_numbers/01_sums.ipynb" in " ".join(first[1].split())
    assert course.copy(LESSON).read_bytes() == before
    no_kernel()
    edit(course.copy(LESSON), lambda nb: nb.cells[1].update(execution_count=7))
    assert check(course, LESSON) == first
    status, table = check(course)
    assert status == 0 and "01_numbers/01_sums" in table and "3 of 3" in table
    answer(course, peak="peak = None")
    with pytest.raises(AssertionError, match="a kernel was started"):
        check(course, LESSON)


def test_an_untouched_copy_needs_no_kernel(course, no_kernel):
    no_kernel()
    status, text = check(course, "sums")
    assert status == 1
    assert text.count("not started") == 3
    assert "0 of 3 tasks passed. Next: task 1, The total. Answer it in work/" in text
    assert check(course)[0] == 1


def test_a_wrong_answer_meets_its_message_and_its_hint(course):
    answer(
        course,
        total="def total(n):\n    return sum(n) or None",
        mean="def mean(n):\n    big = 10**6\n    return {}['who']",
        peak="def peak(n):\n    return 9 if 9 in n else None",
    )
    words = said(course)
    assert words["total"].endswith(
        "not yet The total of no numbers is None; expected 0. See hint 2."
        " Open hint 2: the empty list."
    )
    assert "KeyError: 'who', in line 3 of your cell: return {}['who']" in words["mean"]
    # A hidden check shows neither its source nor where it stopped.
    assert words["peak"].endswith(
        "The check got None from your answer: is a return missing? (TypeError: unsupported"
        " operand type(s) for +: 'NoneType' and 'int') Open hint 1: where to start."
    )
    assert not any(word in str(words) for word in ("secret", "got + 0", "Traceback"))


def test_a_task_that_needs_an_unwritten_one_says_so(course):
    folder = course.copy(LESSON).parent
    (folder / "beside.txt").write_text("9", encoding="utf-8")
    answer(
        course,
        total="def total(n):\n    start = 0\n    raise NotImplementedError()",
        mean=RIGHT["mean"],
        peak="top = int(open('beside.txt').read())\ndef peak(n):\n    return max(n)",
    )
    words = said(course)
    assert "raise NotImplementedError() still stands in line 3 of your cell." in words["total"]
    assert words["mean"].endswith("It calls the answer to task 1, which is not written yet.")
    assert words["peak"].endswith("passed")


def test_an_endless_loop_is_interrupted_and_the_rest_is_checked(course):
    deaf = (
        "while True:\n    try:\n        while True:\n            pass\n    except BaseException:\n"
    )
    answer(
        course,
        total="def total(n):\n    while True:\n        pass",
        mean=deaf + "        pass",
        peak=RIGHT["peak"],
    )
    words = said(course, IMPATIENT)
    assert "Still running after 2 s in line" in words["total"]
    assert "of your cell. Is there a loop that never ends?" in words["total"]
    assert "Still running after 2 s." in words["mean"]
    assert words["peak"].endswith("passed")
    assert not (course.root / ".cache").exists()  # a slow machine may have been the reason


def test_a_crash_ends_one_task_and_not_the_next(course):
    answer(
        course,
        total="import os\ndef total(n):\n    os._exit(3)",
        mean="import ctypes\nctypes.string_at(0)",
        peak=RIGHT["peak"],
    )
    words = said(course)
    assert words["total"].endswith("Python itself ended while your code ran (exit status 3).")
    assert "Python itself ended while your code ran" in words["mean"]
    assert words["peak"].endswith("passed")


def test_leaving_the_notebook_is_named(course):
    answer(
        course,
        total="def total(n):\n    import sys\n    sys.exit(0)",
        mean="def mean(n):\n    raise MemoryError",
        peak="exit()\npeak = max",
    )
    words = said(course)
    assert "exit() ends the notebook in line 3 of your cell." in words["total"]
    assert "MemoryError, in line 2 of your cell: raise MemoryError" in words["mean"]
    assert "exit() ends the notebook." in words["peak"]


def test_input_and_syntax_errors_are_named(course):
    answer(
        course,
        total="def total(n):\n    return input('how much? ')",
        mean="def mean(n):\n    return (1,",
        peak="best = input()\ndef peak(n):\n    return best",
    )
    words = said(course)
    assert "input() waits for somebody to type in line 2 of your cell." in words["total"]
    assert "SyntaxError: '(' was never closed, in line 2 of your cell: return (1," in words["mean"]
    assert "input() waits for somebody to type in line 1 of your cell." in words["peak"]


def test_deleted_and_edited_cells(course):
    answer(course, total=RIGHT["total"], mean="def mean(n):\n    return 1")

    def damage(notebook):
        courses.cell(notebook, "mean-check").source = "assert True"
        courses.cell(notebook, "total").metadata.clear()
        gone = ("peak", "total-check", "total-hidden", "mean-hidden", "peak-hidden")
        notebook.cells = [
            c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") not in gone
        ]

    edit(course.copy(LESSON), damage)
    words = said(course)
    assert words["total"].endswith("passed")
    assert "The mean of the values is 1; expected 3.875." in words["mean"]
    assert f"Copy it back from exercises/{LESSON}.ipynb" in words["peak"]


def test_a_flood_of_output_harms_nobody(course):
    flood = "for i in range(2000): print('x' * 20_000)\n"
    printing = "def mean(n):\n    print('y' * 10**7)\n    return sum(n) / len(n)"
    complaint = "def peak(n):\n    raise ValueError('z' * 10**6 + '\\x1b[2J')"
    answer(course, total=flood + RIGHT["total"], mean=printing, peak=complaint)
    words = said(course)
    assert words["total"].endswith("passed") and words["mean"].endswith("passed")
    assert "ValueError: zzz" in words["peak"] and "more lines)" in words["peak"]
    assert len(words["peak"]) < 2500 and "\x1b" not in words["peak"]


TAMPER = """
import builtins, re
get_ipython().input_transformers_cleanup.append(
    lambda lines: [re.sub("^assert .*", "pass", line) for line in lines])
builtins.AssertionError = builtins.Exception = ValueError
builtins.round = lambda *_: 3.875
"""


def test_asserts_hold_whatever_a_cell_rebinds(course, monkeypatch):
    monkeypatch.setenv("PYTHONOPTIMIZE", "1")
    answer(
        course,
        total=TAMPER + "def total(n):\n    return 7",
        mean="def mean(n):\n    return 3.9",
        peak="def peak(n):\n    return 9",
    )
    words = said(course)
    assert "The total of the eight values is 7; expected 31." in words["total"]
    assert "The mean of the values is 3.9; expected 3.875." in words["mean"]
    assert "The peak of two negative numbers is 9; expected -1." in words["peak"]


def test_a_check_does_not_trip_over_names_that_the_learner_took(course):
    taken = {"total": "\nround = 0\n", "peak": "\nmax = 0\n"}
    answer(course, **{task: source + taken.get(task, "") for task, source in RIGHT.items()})
    words = said(course)
    assert words["mean"].endswith("passed")  # its check rounds
    assert "TypeError: 'int' object is not callable, in line 4 of your cell" in words["peak"]


def test_an_earlier_cell_that_stops_is_pointed_at(course):
    def misspell(notebook):
        notebook.cells[1].source = "value = [1\n"

    edit(course.copy(LESSON), misspell)
    answer(course, total="def total(n):\n    return sum(values)")
    words = said(course)
    assert "An earlier cell of yours stopped too, which may be why: SyntaxError" in words["total"]


def test_the_time_for_a_lesson_is_limited(course):
    answer(course, **{**RIGHT, "total": "while True:\n    pass"})
    words = said(course, Limits(cell=60, lesson=4))
    # A machine so busy that no kernel starts in time says that instead.
    assert "Still running after" in words["total"] or "did not start" in words["total"]
    for task in ("mean", "peak"):
        assert "not checked The 4 s for a lesson were used up" in words[task]


def test_no_process_is_left_behind(course):
    answer(
        course,
        total="import subprocess, sys\n"
        "sleep = [sys.executable, '-c', 'import time; time.sleep(600)']\n"
        "sleeper = subprocess.Popen(sleep, start_new_session=True)\n"
        "open('sleeper', 'w').write(str(sleeper.pid))\n" + RIGHT["total"],
    )
    assert said(course)["total"].endswith("passed")
    sleeper = int((course.copy(LESSON).parent / "sleeper").read_text(encoding="utf-8"))
    assert _ends(sleeper)
    assert not [p for p in psutil.Process().children() if "ipykernel" in " ".join(p.cmdline())]


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signal to a single process")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_an_interrupt_leaves_no_kernel(course, name):
    pid_file = course.copy(LESSON).parent / "kernel"
    wait = "import os\nwith open('part', 'w') as f: f.write(str(os.getpid()))\n"
    answer(course, total=wait + "os.rename('part', 'kernel')\nwhile True:\n    pass")
    call = "import sys; from pathlib import Path; from labkit import __main__ as command;"
    call += "from labkit.classroom import check, course; here = course.Course(Path(sys.argv[1]));"
    call += "check.Course = lambda: here; sys.exit(command.main(['check', 'sums']))"
    with subprocess.Popen(
        [sys.executable, "-c", call, str(course.root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        until = time.monotonic() + 30
        while not pid_file.exists() and time.monotonic() < until:
            time.sleep(0.05)
        kernel_id = int(pid_file.read_text(encoding="utf-8"))
        assert _runs(kernel_id)
        running.send_signal(getattr(signal, name))
        _, errors = running.communicate(timeout=30)
    assert (running.returncode, errors.strip()) == (130, "Interrupted.")
    assert _ends(kernel_id)


def _ends(pid: int) -> bool:
    """Whether a process that was killed is gone, a moment later at most."""
    until = time.monotonic() + 5
    while _runs(pid) and time.monotonic() < until:
        time.sleep(0.05)
    return not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b'{"cells": [\n<<<<<<< yours', "line 2 is not valid JSON"),
        (b"", "line 1 is not valid JSON"),
        (b'{"worksheets": []}', "it has no list of cells"),
    ],
)
def test_an_unreadable_copy_is_one_clear_line(course, capsys, content, line):
    course.copy(LESSON).write_bytes(content)
    status, text = check(course, "sums")
    errors = capsys.readouterr().err
    assert (status, text, errors.count("\n")) == (1, "", 1)
    assert f"work/{LESSON}_exercise.ipynb is not a readable notebook: {line}" in errors
    status, text = check(course)
    assert status == 1 and "is not a readable notebook" in " ".join(text.split())


def test_without_a_copy(course, capsys):
    course.copy(LESSON).unlink()
    status, text = check(course, "sums")
    assert (status, text) == (1, "")
    assert capsys.readouterr().err == "No copy yet: run python3 course.py lab.\n"
    status, text = check(course)
    assert status == 1 and "0 of 3    no copy yet\n" in text
    assert text.rstrip().endswith("0 of 3 tasks passed. Next: python3 course.py lab")


def test_an_unknown_lesson_is_one_line(course, capsys):
    assert check(course, "nowhere") == (2, "")
    assert capsys.readouterr().err == f"No exercise fits 'nowhere'. There are: {LESSON}.\n"


def test_a_broken_solution_is_the_course_s_fault(course, capsys):
    course.solution(LESSON).write_text("{}", encoding="utf-8")
    assert check(course, "sums") == (1, "")
    assert "The course's own solution is broken" in capsys.readouterr().err
    assert check(course)[0] == 1


def _remember(course: Course, **said: str) -> Memory:
    """Let `check` answer without a kernel: every task passed but those in `said`."""
    memory = Memory(course)
    verdicts = [Verdict(t, Standing.PASSED) for t in TASKS if t not in said]
    verdicts += [Verdict(t, Standing.FAILING, (reason,)) for t, reason in said.items()]
    memory.keep(LESSON, read_cells(course.copy(LESSON)), verdicts)
    return memory


def test_a_damaged_or_outdated_memory_is_not_believed(course):
    memory, cells = _remember(course), read_cells(course.copy(LESSON))
    assert [verdict.task for verdict in memory.recall(LESSON, cells)] == list(TASKS)
    (file,) = (course.root / ".cache" / "check").iterdir()
    sound = file.read_text(encoding="utf-8")
    for content in ("", "[]", json.dumps({"key": 1}), sound.replace("passed", "splendid")):
        file.write_text(content, encoding="utf-8")
        assert memory.recall(LESSON, cells) is None
    file.write_text(sound, encoding="utf-8")
    (course.copy(LESSON).parent / "helper.py").write_text("x = 1", encoding="utf-8")
    assert memory.recall(LESSON, cells) is None


def _attempts(course: Course, change) -> list[attempt.Attempt]:
    edit(course.copy(LESSON), change)
    stubs = {c.grade_id: c.source for c in read_cells(course.exercise(LESSON))}
    exercise = read(course.solution(LESSON))
    return list(attempt.attempts(exercise, stubs, read_cells(course.copy(LESSON))))


def test_a_copied_cell_counts_where_it_was_worked_on(course):
    def copy(notebook):
        cell = courses.cell(notebook, "total")
        place = notebook.cells.index(cell)
        worked_on = nbformat.from_dict({**cell, "id": "copy", "source": "def total(n): return 1"})
        notebook.cells.insert(place, worked_on)

    total = _attempts(course, copy)[0]
    assert total.answer == "def total(n): return 1"
    assert total.cells[-1].startswith("def total(numbers)")  # still run, as in the notebook


def test_a_cell_that_is_no_code_cell_any_more_is_named(course):
    def turn(notebook):
        cell = courses.cell(notebook, "peak")
        place = notebook.cells.index(cell)
        notebook.cells[place] = nbformat.v4.new_markdown_cell(cell.source, metadata=cell.metadata)

    edit(course.copy(LESSON), turn)
    assert "has become a markdown cell" in said(course)["peak"]


def test_cells_added_before_the_check_belong_to_the_task(course):
    def add(notebook):
        place = notebook.cells.index(courses.cell(notebook, "total-check"))
        notebook.cells.insert(place, nbformat.v4.new_code_cell("helper = 1"))
        notebook.cells.insert(0, nbformat.v4.new_code_cell("early = 1"))
        notebook.cells.append(nbformat.v4.new_code_cell("late = 1"))

    total, _, peak = _attempts(course, add)
    assert total.cells[0] == "early = 1" and total.cells[-1] == "helper = 1"
    assert peak.cells[-1].startswith("def peak")


def test_an_answer_in_a_cell_of_the_learners_own_counts_where_the_stub_was_left(course):
    def add(notebook):
        place = notebook.cells.index(courses.cell(notebook, "total"))
        notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(RIGHT["total"]))

    edit(course.copy(LESSON), add)
    assert said(course)["total"].endswith("passed")


def test_a_name_that_nobody_defines_is_traced_to_its_origin(course):
    def lose(notebook):
        notebook.cells = [c for c in notebook.cells if "values =" not in c.source]

    edit(course.copy(LESSON), lose)
    answer(course, total=RIGHT["total"].replace("def total(", "def totals("))
    words = said(course)
    assert "None of your cells defines total: is its name spelt" in words["total"]
    answer(course, total=RIGHT["total"], mean="def mean(numbers):\n    return sum(values) / 8")
    words = said(course)
    assert "values comes from a cell of the course that is missing or changed" in words["mean"]
    assert f"copy it back from exercises/{LESSON}.ipynb." in words["mean"]


def test_a_cell_that_never_ends_is_named_though_every_task_passes(course):
    def add(notebook):
        notebook.cells.insert(1, nbformat.v4.new_code_cell("while True:\n    pass"))

    edit(course.copy(LESSON), add)
    answer(course, **RIGHT)
    status, text = check(course, LESSON, limits=IMPATIENT)
    assert status == 0
    assert "An earlier cell of yours holds the check up: still running after 2 s" in text


def test_memory_without_end_is_stopped_before_it_takes_the_machine(course, monkeypatch):
    monkeypatch.setattr(kernel, "MOST_MEMORY", 4e8)
    hoard = "def total(n):\n    kept = []\n    while True:\n        kept.append(b'x' * 10**7)"
    answer(course, **{**RIGHT, "total": hoard})
    words = said(course, Limits(cell=30))
    assert "Your code used up gigabytes of memory. Does a loop collect" in words["total"]
    assert words["peak"].endswith("passed")


def test_a_kernel_that_cannot_start_says_why(course, monkeypatch):
    def refuse(*_, **__):
        raise OSError("File name too long")

    monkeypatch.setattr(kernel.KernelManager, "start_kernel", refuse)
    answer(course, **RIGHT)
    assert (
        "not checked The notebook kernel does not start: File name too long."
        in said(course)["total"]
    )


def test_a_long_temporary_folder_does_not_matter(tmp_path):
    assert "ipc" in str(kernel._sockets(Path("/tmp/check")))
    assert kernel._sockets(tmp_path / ("x" * 90)) == {}


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def _shown(course, stream):
    main([], course=course, stream=stream)
    main(["sums"], course=course, stream=stream)


def test_colour_only_on_a_terminal_that_wants_it(course, monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("WT_SESSION", "1")
    monkeypatch.delenv("NO_COLOR", raising=False)
    _remember(course, peak="wrong")
    coloured, plain = Terminal(), Terminal()
    _shown(course, coloured)
    monkeypatch.setenv("NO_COLOR", "1")
    _shown(course, plain)
    assert "\x1b[31mnot yet\x1b[0m" in coloured.getvalue()
    assert "\x1b" not in plain.getvalue()
    assert "\N{CHECK MARK} \N{CHECK MARK} \N{BALLOT X}" in plain.getvalue()


def test_an_old_code_page_and_a_narrow_terminal(course, monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    _remember(course, peak="ValueError: " + "\N{SNOWMAN} " * 40)
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="cp1252")
    _shown(course, stream)
    stream.flush()
    text = raw.getvalue().decode("cp1252")
    assert "+ + x" in text and "ValueError: ? ?" in text
    assert max(len(line) for line in text.splitlines()) <= 50


def test_run_as_a_command(course):
    command = [sys.executable, "-m", "labkit.classroom.check", "no such lesson at all"]
    done = subprocess.run(command, cwd=Path.home(), capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr.startswith("No exercise fits")
