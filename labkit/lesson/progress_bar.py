"""A progress bar that leaves one line behind, so that a notebook looks the same after each run."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from time import monotonic
from typing import TypeVar

Item = TypeVar("Item")
SECONDS_BETWEEN = 0.25


def progress(items: Sequence[Item], what: str = "rounds") -> Iterator[Item]:
    """Give the items one by one and show how far it is: "120 of 300 rounds".

    Put `nbval-ignore-output` on the cell: nbval does not follow an output that changes.
    """
    from IPython.display import display

    def state(done: int) -> dict[str, str]:
        line = f"{done:,} of {len(items):,} {what}"
        bar = f'<progress value="{done}" max="{max(len(items), 1)}"></progress> {escape(line)}'
        return {"text/plain": line, "text/html": bar}

    shown = display(state(0), raw=True, display_id=True)
    last = monotonic()
    for done, item in enumerate(items):
        if shown is not None and monotonic() - last > SECONDS_BETWEEN:
            shown.update(state(done), raw=True)
            last = monotonic()
        yield item
    if shown is not None:
        shown.update(state(len(items)), raw=True)
