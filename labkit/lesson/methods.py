"""The picture and the table that every sampling method of the course is put into."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from labkit.lesson import figures
from labkit.sampling.compare import BY_CHANCE, NO_CHANCE, REPAIRED

COLOURS = {BY_CHANCE: figures.BLUE, NO_CHANCE: figures.ORANGE, REPAIRED: figures.GREEN}


def bias_and_spread(
    table: pd.DataFrame, family: Mapping[str, str], *, title: str, guess: float | None = None
) -> tuple[Figure, Axes]:
    """Draw one row per method: a dot at its bias, a line over the middle 95 % of its estimates.

    The truth is the line in the middle; how far the dot is from it is the bias, how long the line
    is, the spread. table: as `labkit.sampling.compare.summary` gives it, drawn from top to bottom.
    family: method -> a key of COLOURS. guess: a bias in %, drawn beside what was measured.
    """
    figure, ax = figures.new(
        title=title,
        xlabel="error of the estimate (% of the truth)",
        size=(7.6, 1.5 + 0.24 * len(table)),
    )
    rows = -np.arange(len(table))
    colours = [COLOURS[family[name]] for name in table.index]
    ax.hlines(rows, table["low %"], table["high %"], colours, lw=5, alpha=0.4)
    ax.scatter(table["bias %"], rows, c=colours, s=34, zorder=4)
    ax.set(yticks=rows, ylim=(rows[-1] - 0.7, 1.2))
    ax.set_yticklabels(table.index)
    for label, colour in zip(ax.get_yticklabels(), colours, strict=True):
        label.set_color(colour)
    ax.grid(axis="y", visible=False)
    figures.mark_truth(ax, x=0)
    if guess is not None:
        figures.mark_guess(ax, x=guess)
    return figure, ax


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """The table of `labkit.sampling.compare.summary`, rounded for reading.

    "bias %": ± two Monte Carlo standard errors. "95 % hit": the share of 95 % intervals that
    contain the truth, computed as if drawn by simple random sampling, and by the method's own
    design. "chances off", where they were counted: how far those of the worst bin are from the
    design, in Monte Carlo standard errors ("2.1 SE"); where no design sets them, how many times
    those of the bin drawn least the bin drawn most has ("unknown, 1 : 9"; "unknown, 0 : 1" where
    one is never drawn).
    """
    bias, reach = table["bias %"], 2 * table["error of bias"]
    columns = {
        "bias %": [f"{b:+.1f} ± {r:.1f}" for b, r in zip(bias, reach, strict=True)],
        "spread %": table["spread %"].map("{:.1f}".format),
        "RMSE %": table["RMSE %"].map("{:.1f}".format),
    }
    for kind in ("naive", "design"):
        share = table[f"hit, {kind}"]
        columns[f"95 % hit, {kind}"] = share.map("{:.2f}".format).where(share.notna(), "none")
    if "chances off" in table:
        both = zip(table["chances off"], table["most : least"], strict=True)
        columns["chances off"] = [_chances(off, ratio) for off, ratio in both]
    columns["n"] = table["n"].round().astype(int)
    columns["crowns"] = table["cost"].map("{:,.0f}".format)
    return pd.DataFrame(columns, index=table.index)


def _chances(off: float, most_to_least: float) -> str:
    if not np.isnan(off):
        return f"{off:.1f} SE"
    return "unknown, 0 : 1" if np.isinf(most_to_least) else f"unknown, 1 : {most_to_least:.1f}"
