"""The pictures of the lesson on formats: what lies where, and what of it was read."""

import csv
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure

from labkit.formats.counted import Range
from labkit.formats.layout import Chunk
from labkit.lesson import figures

GREYS = ("#D6D6D6", "#B6B6B6")
PARTS = {
    "names, quotes, commas": figures.GREY,
    "device": figures.ORANGE,
    "basket": figures.GREEN,
    "submitted_at": figures.YELLOW,
    "nine others": figures.BLUE,
    "not taken apart": "#C9C9C9",
}


def bytes_per_row(spent: pd.DataFrame, per_row: pd.Series, *, title: str) -> tuple[Figure, Axes]:
    """A bar for each format, shortest first, taken apart where it is known what it is spent on.

    spent: bytes per row, one line for each column of the table and for the rest, one column for
    each format that is known. per_row: bytes per row of every format.
    """
    figure, ax = figures.new(title=title, xlabel="bytes per row", size=(7.6, 3.8))
    per_row = per_row.sort_values()
    single = list(PARTS)[:4]
    parts = spent.T[single].assign(**{"nine others": spent.drop(single).sum()})
    parts = parts.reindex(per_row.index).fillna(0.0)
    parts["not taken apart"] = per_row.where(~per_row.index.isin(spent.columns), 0.0)
    left = np.zeros(len(parts))
    for part, colour in PARTS.items():
        ax.barh(parts.index, parts[part], left=left, color=colour, label=part)
        left += parts[part]
    for place, value in enumerate(per_row):
        ax.text(value + 3, place, f"{value:.0f}", va="center", fontsize=9.5)
    ax.grid(axis="y", visible=False)
    ax.legend(loc="lower right", frameon=False, fontsize=9.5)
    return figure, ax


def _read(ranges: Sequence[Range], start: int, end: int) -> bool:
    return any(low < end and start < high for low, high in ranges)


def by_row_and_by_column(
    csv_path: Path,
    csv_reads: Sequence[Range],
    chunks: Sequence[Chunk],
    reads: Sequence[Range],
    wanted: str,
    *,
    title: str,
) -> tuple[Figure, np.ndarray]:
    """Ten lines of a CSV and the row groups of a Parquet file, cut into columns.

    Orange is what the ranges of bytes say was read, dark the column wanted, grey the rest.
    """
    figure, axes = figures.new(title=title, columns=2, size=(7.6, 3.6))
    with csv_path.open() as lines:
        head, *ten = islice(lines, 11)
    place = len(head)
    names = next(csv.reader([head]))
    for y, line in enumerate(ten, 1):
        x = 0
        for i, value in enumerate(next(csv.reader([line]))):
            width = len(value) + 1 + ('"' in value) * (2 + value.count('"'))
            colour = GREYS[i % 2]
            if _read(csv_reads, place + x, place + x + width):
                colour = figures.ORANGE if names[i] == wanted else ("#F3CDB8", "#EFBFA5")[i % 2]
            axes[0].barh(y, width, left=x, color=colour, height=0.9)
            x += width
        place += len(line)
    first = {c.group: c.start for c in reversed(chunks)}
    for i, c in enumerate(chunks):
        left, width = (c.start - first[c.group]) / 1e3, (c.end - c.start) / 1e3
        colour = figures.ORANGE if _read(reads, c.start, c.end) else GREYS[i % 2]
        axes[1].barh(c.group + 1, width, left=left, color=colour, height=0.9)
        if c.group == 0 and width > 10:
            look = {"rotation": 40, "ha": "left", "va": "bottom", "fontsize": 8}
            axes[1].text(left + width / 2, 0.35, c.column, **look)
    axes[0].set(xlabel="byte of the line", ylabel="line of the CSV")
    axes[1].set(xlabel="kB of the row group", ylabel="row group of the Parquet file")
    for ax in axes:
        ax.set(yticks=range(1, 11), ylim=(10.6, -2.2))
        ax.grid(visible=False)
    return figure, axes


def ranges_of_groups(
    chunks: dict[str, Sequence[Chunk]], code: str, *, title: str, xlabel: str
) -> tuple[Figure, np.ndarray]:
    """Least to greatest code of each row group, for files of ten; orange where `code` may be."""
    figure, axes = figures.new(
        title=title, columns=len(chunks), xlabel=xlabel, ylabel="row group", size=(7.6, 3.3)
    )
    for ax, (name, of_file) in zip(axes, chunks.items(), strict=True):
        for c in of_file:
            colour = figures.ORANGE if c.low <= code <= c.high else figures.GREY
            low, high = int(c.low), int(c.high)
            ax.barh(c.group + 1, high - low + 1, left=low, color=colour, height=0.6)
        ax.set_title(name, fontsize=10)
        ax.set(yticks=range(1, 11), ylim=(10.7, -0.2))
        ax.grid(axis="y", visible=False)
        figures.mark_truth(ax, x=int(code), label=code)
    return figure, axes


def cache_lines(rows: int, columns: int, wanted: int, *, title: str) -> tuple[Figure, np.ndarray]:
    """The cache lines of an array of 8-byte numbers in both orders; dark the column wanted.

    Light is what is fetched with it. rows * columns must be a multiple of 8.
    """
    number = np.arange(rows * columns).reshape(rows, columns) % columns
    figure, axes = figures.new(
        title=title,
        columns=2,
        xlabel="number within the cache line",
        ylabel="cache line",
        size=(7.6, 4.0),
    )
    lines = rows * columns // 8
    for ax, order, label in zip(axes, "CF", ("by row (C)", "by column (F)"), strict=True):
        dark = number.ravel(order).reshape(lines, 8) == wanted
        light = dark.any(axis=1, keepdims=True) & ~dark
        ax.imshow(0.35 * light + 0.75 * dark, cmap="Oranges", vmin=0, vmax=1, aspect="auto")
        ax.set_title(label, fontsize=10)
        ax.set(xticks=np.arange(8), yticks=np.arange(0, lines, 5))
        ax.set_xticklabels(range(1, 9))
        ax.set_yticklabels(range(1, lines + 1, 5))
        ax.set_xticks(np.arange(-0.5, 8), minor=True)
        ax.set_yticks(np.arange(-0.5, lines), minor=True)
        ax.grid(visible=False)
        ax.grid(which="minor", color="#BBBBBB", linewidth=0.6)
        ax.tick_params(which="minor", length=0)
    return figure, axes


def times_of_best(ratio: pd.DataFrame, *, title: str) -> tuple[Figure, Axes]:
    """A table of ratios to the best of each column, darker where they are larger."""
    figure, ax = figures.new(title=title, size=(6.6, 3.6))
    ax.imshow(np.log10(ratio), cmap="Oranges", aspect="auto", vmin=0, vmax=4.5)
    for (y, x), value in np.ndenumerate(ratio.to_numpy()):
        text = "best" if value == 1 else f"{value:,.0f}" if value >= 10 else f"{value:.1f}"
        colour = "white" if value > 300 else figures.BLACK
        ax.text(x, y, text, ha="center", va="center", color=colour)
    _label(ax, ratio)
    return figure, ax


def states(table: pd.DataFrame, colours: dict[str, str], *, title: str) -> tuple[Figure, Axes]:
    """A table of words, each on the colour that it has in `colours`."""
    figure, ax = figures.new(title=title, size=(7.6, 0.8 + 0.32 * len(table)))
    last = len(colours) - 1
    shades = ListedColormap(list(colours.values()))
    ax.imshow(table.map(list(colours).index), cmap=shades, vmin=0, vmax=last, aspect="auto")
    for (y, x), word in np.ndenumerate(table.to_numpy()):
        ax.text(x, y, word, ha="center", va="center", fontsize=9)
    _label(ax, table)
    ax.tick_params(labelsize=9)
    return figure, ax


def _label(ax: Axes, table: pd.DataFrame) -> None:
    ax.set(xticks=range(table.shape[1]), xticklabels=table.columns)
    ax.set(yticks=range(table.shape[0]), yticklabels=table.index)
    ax.tick_params(length=0)
    ax.grid(visible=False)
