"""A pytest plugin: the course's rules for notebooks that nbval runs.

- A notebook has a minute; past it, it fails, and how long each one took is reported.
- A notebook that measures the wall clock (tag `wall-clock`) gets the mark `wall_clock`.
- A cell that fails, or ends the kernel, ends its notebook: one error, one failure.
- Exercises run in lax mode, and an unanswered task is reported as such.
- Of a claim or a finding its line of text is compared, not the HTML, which holds what was measured.
- What this machine could not show is listed at the end.
"""

from __future__ import annotations

import copy
import time
from collections import defaultdict
from collections.abc import Generator
from pathlib import Path
from queue import Empty

import nbval.plugin
import pytest
from nbformat import NotebookNode
from nbval.kernel import RunningKernel
from nbval.plugin import IPyNbCell

from labkit import ROOT
from labkit.lesson.claims import CLAIM_KEY, FINDING_KEY, NOT_SHOWN_KEY

SECONDS_PER_NOTEBOOK = 60.0
STARTED: dict[Path, float] = {}
ENDED: dict[Path, str] = {}


class WatchedKernel(RunningKernel):
    """A kernel whose death is noticed within a second, not at the cell's time limit."""

    def await_reply(self, msg_id: str, timeout: float | None = None) -> None:
        deadline = time.monotonic() + (timeout or float("inf"))
        while True:
            try:
                return super().await_reply(msg_id, timeout=1)
            except Empty:
                if not self.is_alive():
                    raise RuntimeError("this cell ended the kernel") from None
                if time.monotonic() > deadline:
                    raise


_compare_all = IPyNbCell.compare_outputs


def _compare_outputs(cell: IPyNbCell, test: list, ref: list, skip_compare=None) -> bool:
    cell.user_properties += [
        (NOT_SHOWN_KEY, output["data"]["text/plain"])
        for output in test
        if NOT_SHOWN_KEY in output.get("metadata", {})
    ]
    return _compare_all(cell, *map(_without_measured, (test, ref)), skip_compare)


def _without_measured(outputs: list[NotebookNode]) -> list[NotebookNode]:
    outputs = copy.deepcopy(outputs)
    for output in outputs:
        if {CLAIM_KEY, FINDING_KEY} & output.get("metadata", {}).keys():
            output["data"].pop("text/html", None)
    return outputs


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "wall_clock: measures time, so it runs alone")
    config.addinivalue_line("markers", "kernel: starts a Jupyter kernel; test --fast leaves it out")
    config.option.nbval_cell_timeout = SECONDS_PER_NOTEBOOK
    config.option.nbval_sanitize_with = str(ROOT / "tests" / "nbval_sanitize.cfg")
    nbval.plugin.RunningKernel = WatchedKernel
    IPyNbCell.compare_outputs = _compare_outputs
    config.pluginmanager.register(NotebookSummary(), "notebook-summary")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, IPyNbCell):
            item.add_marker("kernel")
            if any("wall-clock" in cell.metadata.get("tags", []) for cell in item.parent.nb.cells):
                item.add_marker("wall_clock")
            if _is_exercise(item):
                item.options["check"] = False


def _is_exercise(item: pytest.Item) -> bool:
    return "exercises" in item.path.parts


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    if isinstance(item, IPyNbCell) and item.path in ENDED:
        pytest.skip(f"{ENDED[item.path]}, which ended this notebook")


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> None:
    if isinstance(item, IPyNbCell):
        STARTED.setdefault(item.path, time.monotonic())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if not isinstance(item, IPyNbCell) or call.when != "call":
        return report
    name = item.path.relative_to(item.config.rootpath)
    seconds = time.monotonic() - STARTED[item.path]
    if report.failed and _is_exercise(item) and "NotImplementedError" in str(report.longrepr):
        report.outcome, report.wasxfail = "skipped", "unanswered task"
    elif seconds > SECONDS_PER_NOTEBOOK:
        report.outcome = "failed"
        report.longrepr = (
            f"{name} had run for {seconds:.0f} s at the end of this cell: a notebook has "
            f"{SECONDS_PER_NOTEBOOK:.0f} s"
        )
    if report.failed and not _is_exercise(item):
        ENDED[item.path] = f"{item.name} failed"
    return report


class NotebookSummary:
    """Prints at the end what the cells of each notebook took, and what the machine did not show."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self.not_shown: list[tuple[str, str]] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        path, _, _ = report.nodeid.partition("::")
        if path.endswith(".ipynb"):
            self.seconds[path] += report.duration
        if report.when == "call":
            lines = [line for key, line in report.user_properties if key == NOT_SHOWN_KEY]
            self.not_shown += [(path, line) for line in lines]

    def pytest_terminal_summary(self, terminalreporter) -> None:
        if self.seconds:
            terminalreporter.section("seconds per notebook")
        for path, seconds in sorted(self.seconds.items()):
            terminalreporter.write_line(f"{seconds:6.1f}  {path}")
        if self.not_shown:
            terminalreporter.section("not shown on this machine")
        for path, line in self.not_shown:
            terminalreporter.write_line(f"{path}: {line}")
