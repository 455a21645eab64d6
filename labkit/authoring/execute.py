"""Run a notebook in a fresh kernel, and keep of its outputs what means something."""

from __future__ import annotations

from pathlib import Path

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from traitlets.config import Config

SECONDS_PER_CELL = 60


class NotebookFailed(Exception):
    """A notebook that could not be executed; the message names the cell and what it raised."""


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Execute `notebook` in place, in a fresh kernel that works in `folder`, and return it.

    Raises NotebookFailed when a cell raises, outlasts a minute or ends the kernel.
    """
    place = "the first cell"

    def remember(cell: NotebookNode, cell_index: int) -> None:
        nonlocal place
        place = f"cell {cell_index + 1} ({cell.get('id')})"

    client = NotebookClient(
        notebook,
        timeout=SECONDS_PER_CELL,
        kernel_name="python3",
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        coalesce_streams=True,
        on_cell_start=remember,
        config=Config({"KernelManager": {"transport_encryption": "auto"}}),
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise NotebookFailed(f"{place} raised {error.ename}: {error.evalue}") from None
    except CellTimeoutError:
        raise NotebookFailed(f"{place} ran for over {SECONDS_PER_CELL} s") from None
    except DeadKernelError:
        raise NotebookFailed(f"{place} ended the kernel") from None
    return strip(notebook)


def strip(notebook: NotebookNode) -> NotebookNode:
    """Remove what varies between runs without meaning: timings, widget state, kernel versions."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            if "data" in output:
                output.data.pop("application/vnd.jupyter.widget-view+json", None)
        if "outputs" in cell:
            cell.outputs = [output for output in cell.outputs if output.get("data", True)]
    return notebook
