"""The rules for notebooks under nbval: a notebook that breaks one of them is caught."""

import json
import subprocess
import sys

import nbformat
import pytest

pytestmark = pytest.mark.kernel

LIMIT = "import labkit.authoring.nbval_rules as rules\nrules.SECONDS_PER_NOTEBOOK = 5.0\n"


def _stream(text):
    return [nbformat.v4.new_output("stream", name="stdout", text=text)]


def _page(code, stored, metadata):
    """A cell whose output displays the number `code` where `stored` was displayed before."""
    data = {"text/plain": "P4 holds: a gain.", "text/html": "measured {}"}
    source = (
        "from IPython.display import display\n"
        f"display({_of(data, code)}, raw=True, metadata={metadata})"
    )
    output = nbformat.v4.new_output("display_data", data=_of(data, stored), metadata=metadata)
    return source, [output], []


def _of(data, measured):
    return {kind: text.format(measured) for kind, text in data.items()}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """(outcome of each cell, all text, text of the wall-clock run) for a notebook of each kind."""
    root = tmp_path_factory.mktemp("course")
    (root / "conftest.py").write_text(LIMIT, encoding="utf-8")
    (root / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    ignored = ["nbval-ignore-output"]
    sources = {
        "chapters/differs": [("print(1)", _stream("2\n"), [])],
        "chapters/ignored": [("print(1)", _stream("2\n"), ignored)],
        "chapters/verdict": [
            (
                "print('P4 cannot be shown on this machine: a gain (at least 4).\\n  Why: cache')",
                _stream("P4 holds: a gain (at least 4).\n"),
                [],
            ),
            ("print('P4 holds: a loss.')", _stream("P4 holds: a gain.\n"), []),
        ],
        "chapters/measured": [
            _page(13, 12, {"claim": {"id": "P4"}}),
            _page(13, 12, {"finding": True}),
            _page(13, 12, {}),
        ],
        "chapters/not_shown": [_page(13, 12, {"finding": True, "not_shown": "its cache."})],
        "chapters/error": [("1 / 0", [], []), ("x = 1", [], []), ("x", [], [])],
        "chapters/dies": [("import os; os._exit(1)", [], []), ("x = 1", [], [])],
        "chapters/endless": [("while True: pass", [], []), ("x = 1", [], [])],
        "chapters/slow": [("import time\ntime.sleep(3)", [], [])] * 2,
        "chapters/timed": [("x = 1", [], ["wall-clock"]), ("y = 1", [], [])],
        "exercises/open": [
            ("def f():\n    raise NotImplementedError()", [], []),
            ("assert f() == 1", [], []),
            ("assert f() == 2", [], []),
            ("1 / 0", [], []),
        ],
    }
    for name, cells in sources.items():
        path = root / f"{name}.ipynb"
        path.parent.mkdir(exist_ok=True)
        notebook = nbformat.v4.new_notebook()
        for count, (source, outputs, tags) in enumerate(cells, start=1):
            cell = nbformat.v4.new_code_cell(source, outputs=outputs, metadata={"tags": tags})
            cell.execution_count = count if name.startswith("chapters") else None
            notebook.cells.append(cell)
        path.write_text(json.dumps(notebook), encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-p", "labkit.authoring.nbval_rules", "--nbval"]
    command += ["-rA", "--color=no", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile"]
    done = subprocess.run(
        command, cwd=root, capture_output=True, text=True, timeout=120, check=False
    )
    found = {}
    for line in done.stdout.splitlines():
        outcome, _, rest = line.partition(" ")
        if outcome in ("PASSED", "FAILED", "XFAIL", "SKIPPED") and ".ipynb::" in rest:
            found[rest.split(" - ")[0].strip()] = outcome
    timed = subprocess.run(
        [*command, "-m", "wall_clock"], cwd=root, capture_output=True, text=True, check=False
    )
    return found, done.stdout, timed.stdout


def cell(name, number):
    return f"{name}.ipynb::Cell {number}"


def test_output_that_differs_fails_unless_ignored(outcomes):
    found, text, _ = outcomes
    assert found[cell("chapters/differs", 0)] == "FAILED"
    assert "Cell outputs differ" in text
    assert found[cell("chapters/ignored", 0)] == "PASSED"


def test_a_claim_may_differ_in_its_verdict_and_in_nothing_else(outcomes):
    found, _, _ = outcomes
    assert found[cell("chapters/verdict", 0)] == "PASSED"
    assert found[cell("chapters/verdict", 1)] == "FAILED"


def test_what_a_claim_or_finding_measured_may_differ_and_other_pages_may_not(outcomes):
    found, _, _ = outcomes
    assert found[cell("chapters/measured", 0)] == "PASSED"
    assert found[cell("chapters/measured", 1)] == "PASSED"
    assert found[cell("chapters/measured", 2)] == "FAILED"


@pytest.mark.parametrize("name", ["error", "dies", "endless"])
def test_a_failing_cell_ends_its_notebook(outcomes, name):
    found, text, _ = outcomes
    assert found[cell(f"chapters/{name}", 0)] == "FAILED"
    assert cell(f"chapters/{name}", 1) not in {k for k, v in found.items() if v != "SKIPPED"}
    assert "Cell 0 failed, which ended this notebook" in text


def test_a_dead_kernel_is_named(outcomes):
    assert "this cell ended the kernel" in outcomes[1]


def test_a_notebook_over_its_time_fails_and_says_so(outcomes):
    found, text, _ = outcomes
    assert found[cell("chapters/slow", 0)] == "PASSED"
    assert found[cell("chapters/slow", 1)] == "FAILED"
    assert "a notebook has 5 s" in text


def test_seconds_are_reported_for_each_notebook(outcomes):
    section = outcomes[1].split("seconds per notebook")[1]
    assert "chapters/slow.ipynb" in section


def test_an_unanswered_task_is_reported_as_such_and_other_failures_fail(outcomes):
    found, text, _ = outcomes
    name = "exercises/open"
    assert [found[cell(name, n)] for n in range(4)] == ["PASSED", "XFAIL", "XFAIL", "FAILED"]
    assert "unanswered task" in text


def test_wall_clock_notebooks_are_marked_whole(outcomes):
    assert "2 passed" in outcomes[2]
    assert "chapters/timed.ipynb" in outcomes[2]


def test_what_the_machine_could_not_show_is_listed(outcomes):
    found, text, _ = outcomes
    assert found[cell("chapters/not_shown", 0)] == "PASSED"
    section = text.split("not shown on this machine")[1]
    assert "chapters/not_shown.ipynb: P4 holds: a gain." in section
