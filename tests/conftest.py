"""What several test files build: small notebooks, and figures drawn without a screen."""

import signal

import matplotlib
import nbformat.v4 as v4
import pytest

matplotlib.use("agg")


@pytest.fixture
def notebook():
    """Builds a notebook from cells: Markdown where a text starts with '#', else code."""

    def build(*sources, executed=True):
        cells = []
        for number, source in enumerate(sources):
            is_markdown = source.startswith("#")
            cell = (v4.new_markdown_cell if is_markdown else v4.new_code_cell)(source)
            cell.id = f"cell-{number}"
            cells.append(cell)
        code = [cell for cell in cells if cell.cell_type == "code"]
        for count, cell in enumerate(code, start=1):
            cell.execution_count = count if executed else None
        made = v4.new_notebook(cells=cells)
        made.metadata.kernelspec = {"name": "python3", "display_name": "Python 3"}
        return made

    return build


def pytest_configure():
    """Processes that tests start must hear Ctrl-C, even where a script in the background, which
    has set us to ignore it, runs the tests."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
