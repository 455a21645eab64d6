"""One quiet figure style for the whole course, and figures that everybody can read.

Every figure goes through `show`, which displays the picture, gives it alternative text (carried
in the output's metadata, where exporters to HTML look for it) and sets its caption below.
"""

from __future__ import annotations

import base64
import io
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from matplotlib.ticker import NullLocator
from PIL import Image

# Okabe and Ito (2008), "Color Universal Design": told apart by colour-blind readers as well.
BLUE, ORANGE, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, YELLOW, BLACK, GREY = "#56B4E9", "#E69F00", "#222222", "#8A8A8A"
GUESS_COLOUR, TRUTH_COLOUR = PURPLE, BLACK
GUESS = "your guess"

DPI = 76
STYLE: dict[str, Any] = {
    "axes.prop_cycle": plt.cycler(color=[BLUE, ORANGE, GREEN, SKY, YELLOW, GREY]),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": BLACK,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.titlelocation": "left",
    "axes.titlesize": 11.5,
    "axes.titlepad": 10.0,
    "figure.dpi": DPI,
    "font.size": 10.5,
    "grid.color": "#E6E6E6",
    "grid.linewidth": 0.8,
    "lines.linewidth": 1.8,
    "xtick.color": "#555555",
    "ytick.color": "#555555",
}


def new(
    *,
    title: str,
    xlabel: str = "",
    ylabel: str = "",
    size: tuple[float, float] = (7.6, 3.6),
    columns: int = 1,
) -> tuple[Figure, Axes]:
    """An empty figure in the course's style.

    The title states the finding; labels carry their unit; `size` is in inches. With `columns`
    above 1 the second value is an array of axes and the title stands above all of them.
    """
    plt.rcParams.update(STYLE)
    figure, axes = plt.subplots(1, columns, figsize=size, layout="constrained")
    if columns == 1:
        axes.set(title=title, xlabel=xlabel, ylabel=ylabel)
    else:
        figure.suptitle(title, x=0.01, ha="left", fontsize=STYLE["axes.titlesize"])
        for ax in axes:
            ax.set(xlabel=xlabel, ylabel=ylabel)
    return figure, axes


def mark_guess(ax: Axes, *, x: float | None = None, y: float | None = None) -> None:
    """Draw the reader's guess as a dashed line across the axes, at `x` or at `y`."""
    _mark(ax, x, y, label=GUESS, color=GUESS_COLOUR, linestyle=(0, (5, 3)))


def mark_truth(
    ax: Axes, *, x: float | None = None, y: float | None = None, label: str = "truth"
) -> None:
    """Draw a value that is known, not measured, as a solid line across the axes."""
    _mark(ax, x, y, label=label, color=TRUTH_COLOUR, linestyle="solid")


def _mark(ax: Axes, x: float | None, y: float | None, *, label: str, **look) -> None:
    if (x is None) == (y is None):
        raise TypeError("give either x= or y=")
    text = {
        "color": look["color"],
        "fontsize": 9,
        "textcoords": "offset points",
        "path_effects": [withStroke(linewidth=2.5, foreground="white")],
    }
    if y is not None:
        ax.axhline(y, linewidth=1.4, zorder=3, **look)
        place = (0.01, y)
        ax.annotate(label, place, (0, 3), xycoords=("axes fraction", "data"), va="bottom", **text)
        return
    ax.axvline(x, linewidth=1.4, zorder=3, **look)
    # The guess stands below the truth, and near the right edge both turn to the left.
    place = (x, 0.92 if label == GUESS else 1.0)
    turned = ax.transAxes.inverted().transform(ax.transData.transform((x, 1)))[0] > 0.75
    ax.annotate(
        label, place, (-4 if turned else 4, -2), xycoords=("data", "axes fraction"),
        ha="right" if turned else "left", va="top", **text,
    )  # fmt: skip


def label_lines(ax: Axes) -> None:
    """Write each line's label at its right end, in its colour, instead of a legend.

    The end is the last point that is finite. Labels that would overlap are moved apart. Lines
    without a label are left alone.
    """
    lines = [line for line in ax.get_lines() if not str(line.get_label()).startswith("_")]
    ax.figure.canvas.draw()
    ends = []
    for line in lines:
        points = np.ma.filled(np.ma.asarray(line.get_xydata(), dtype=float), np.nan)
        ends.append(ax.transData.transform(points[np.isfinite(points).all(axis=1)][-1]))
    gap = 13 * ax.figure.dpi / 72
    lowest_free = -np.inf
    for line, (x, y) in sorted(zip(lines, ends, strict=True), key=lambda pair: pair[1][1]):
        lowest_free = max(y, lowest_free + gap)
        place = ax.transData.inverted().transform((x, lowest_free))
        ax.annotate(
            str(line.get_label()), tuple(place), (6, 0), textcoords="offset points",
            color=line.get_color(), va="center", fontsize=9.5, annotation_clip=False,
        )  # fmt: skip


def percentile_curve(ax: Axes, values: np.ndarray, **look) -> None:
    """Draw `values` (latencies, say) against their percentile, both axes logarithmic.

    The horizontal axis is the share of values that are larger, from all to few, so p90 and p99 lie
    as far apart as p99 and p99.9, and the slow end is not squeezed into the last hundredth.
    Infinite values count and are not drawn. Several curves may share the axes; `look` goes to
    `ax.plot`.
    """
    ordered = np.sort(np.asarray(values, dtype=float))
    if not len(ordered):
        raise ValueError("no values: there is no percentile")
    larger = 1 - (np.arange(len(ordered)) + 0.5) / len(ordered)
    ax.plot(larger, np.where(np.isfinite(ordered), ordered, np.nan), **look)
    smallest = min(0.5 / len(ordered), ax.get_xlim()[1] if len(ax.get_lines()) > 1 else 1)
    ax.set(xscale="log", yscale="log", xlim=(1, smallest), xlabel="percentile")
    marks = [(q, f"p{q:g}") for q in (50, 90, 99, 99.9, 99.99) if 1 - q / 100 >= smallest]
    ax.set_xticks([1 - q / 100 for q, _ in marks], [mark for _, mark in marks])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_major_formatter("{x:g}")


def show(figure: Figure, *, caption: str, alt: str) -> None:
    """Display a finished figure with its caption, and close it.

    Parameters
    ----------
    caption: the finding in words, with the numbers from this run.
    alt: what the picture shows, for a reader who cannot see it. Must not vary between runs.

    Raises ValueError when either text is empty.
    """
    if not caption.strip() or not alt.strip():
        raise ValueError("a figure needs a caption and alternative text")
    from IPython.display import display

    display(
        {"image/png": base64.b64encode(png(figure)).decode(), "text/plain": alt},
        raw=True,
        metadata={"image/png": {"alt": alt}},
    )
    display({"text/markdown": f"*{caption}*", "text/plain": caption}, raw=True)
    plt.close(figure)


def png(figure: Figure) -> bytes:
    """The figure as a PNG of few colours, a third of the size that all colours would take."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=DPI)
    Image.open(drawn).convert("RGB").quantize(128).save(small, format="png", optimize=True)
    return small.getvalue()
