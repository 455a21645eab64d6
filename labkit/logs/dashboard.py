"""One figure that shows a service at a glance: what came in, what failed, how long it took, what
memory it held, who was there, and what was put in, all on one time axis."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from labkit.lesson import figures
from labkit.logs import timeline

_HALO = [withStroke(linewidth=2.5, foreground="white")]
_INSTANCES = [figures.BLUE, figures.GREEN, figures.YELLOW, figures.SKY, figures.PURPLE]
_SMALL = 8.5
_ROLLING = pd.Timedelta("1h")

Span = tuple[pd.Timestamp, pd.Timestamp, str]
"""Something that is known to have been so: from, until, in a word or two."""


def draw(
    log: pd.DataFrame,
    *,
    title: str,
    every: str,
    silence: str,
    truth: Sequence[Span] = (),
    height: float = 7.4,
) -> Figure:
    """Draw a log in panels on one time axis, and return the figure.

    `log` is a frame of `labkit.logs.records`; its requests are those that customers made, so leave
    out those of services that were called to answer them. `every` is the width of a window,
    `silence` how long an instance may be silent that is held to be alive. `truth` is what is known
    of the time otherwise: a strip at the top.
    """
    plt.rcParams.update(figures.STYLE)
    requests = log[log["event"] == "request"]
    resources = log[log["event"] == "resource"]
    lives = timeline.lives(log, silence)
    lives = lives[lives["instance"].isin(resources["instance"])].reset_index(drop=True)
    rows = [("truth", 0.22 + 0.13 * len(truth))] if truth else []
    rows += [("requests", 1.0), ("latency", 1.35), ("memory", 1.2)]
    rows += [("instances", 0.35 + 0.16 * lives["instance"].nunique())]
    figure, axes = plt.subplots(
        len(rows),
        1,
        figsize=(8.4, height),
        sharex=True,
        layout="constrained",
        height_ratios=[share for _, share in rows],
    )
    panel = dict(zip([name for name, _ in rows], axes, strict=True))
    figure.suptitle(title, x=0.01, ha="left", fontsize=figures.STYLE["axes.titlesize"])
    colours = _colours(lives)
    if truth:
        _draw_truth(panel["truth"], truth, log["ts"].min(), log["ts"].max())
    _draw_requests(panel["requests"], requests, every)
    _draw_latency(panel["latency"], requests, every)
    _draw_memory(panel["memory"], resources, colours)
    _draw_lives(panel["instances"], lives, colours)
    _mark_deploys(panel, log[log["event"] == "deploy"])
    _time_axis(axes[-1], log["ts"])
    figure.align_ylabels(axes)
    return figure


def _colours(lives: pd.DataFrame) -> dict[str, str]:
    """A colour for each instance; what is no scorer is grey."""
    names = sorted(lives["instance"].unique())
    ours = [name for name in names if name.startswith(names[-1].split("-")[0])]
    ours = ours if len(ours) > 1 else list(names)
    found = {name: _INSTANCES[i % len(_INSTANCES)] for i, name in enumerate(ours)}
    return {name: found.get(name, figures.GREY) for name in names}


def _draw_truth(ax: Axes, truth: Sequence[Span], first: pd.Timestamp, last: pd.Timestamp) -> None:
    """Each label stands on the side of its bar on which there is more room."""
    for row, (start, end, label) in enumerate(truth):
        ax.plot([start, end], [row, row], color=figures.BLACK, lw=5, solid_capstyle="butt")
        after = last - end > start - first
        ax.annotate(
            label,
            (end if after else start, row),
            (5 if after else -5, 0),
            textcoords="offset points",
            ha="left" if after else "right",
            va="center",
            fontsize=_SMALL,
        )
    ax.set(ylim=(len(truth) - 0.4, -0.6), yticks=[], ylabel="truth")
    ax.grid(False)
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.tick_params(bottom=False)


def _draw_requests(ax: Axes, requests: pd.DataFrame, every: str) -> None:
    seen = timeline.windows(requests, every)
    ax.fill_between(seen.index, seen["requests"], step="post", color=figures.SKY, alpha=0.45, lw=0)
    ax.fill_between(seen.index, seen["errors"], step="post", color=figures.ORANGE, lw=0)
    ax.set(ylim=(0, 1.25 * seen["requests"].max()), ylabel="requests / s")
    _tag(ax, 0.008, "answered", figures.BLUE)
    _tag(ax, 0.115, "of these refused or failed", figures.ORANGE)


def _draw_latency(ax: Axes, requests: pd.DataFrame, every: str) -> None:
    good = requests[requests["status"] < 400]
    seen = timeline.windows(good, every)
    for name, colour in [("p99", figures.SKY), ("p95", figures.BLUE), ("p50", figures.BLACK)]:
        ax.step(seen.index, seen[name], where="post", color=colour, lw=1.5)
    ax.fill_between(
        seen.index, seen["p50"], seen["p99"], step="post", color=figures.SKY, alpha=0.15, lw=0
    )
    place = 0.008
    for name, colour in [("p99", figures.SKY), ("p95", figures.BLUE), ("median", figures.BLACK)]:
        _tag(ax, place, name, colour)
        place += 0.06
    if "downstream_ms" in good and good["downstream_ms"].notna().any():
        called = good.dropna(subset="downstream_ms").set_index("ts")["downstream_ms"]
        median = called.resample(every).median()
        ax.step(median.index, median, where="post", color=figures.ORANGE, lw=1.3, ls=(0, (2, 1)))
        _tag(ax, place + 0.02, "median wait for the service called", figures.ORANGE)
    ax.set(yscale="log", ylabel="latency, ms")
    low, high = ax.get_ylim()
    ax.set_ylim(low, high * (high / low) ** 0.22)
    ax.yaxis.set_major_formatter("{x:g}")
    ax.minorticks_off()


def _draw_memory(ax: Axes, resources: pd.DataFrame, colours: dict[str, str]) -> None:
    for name, lines in resources.sort_values("ts").groupby("instance"):
        ax.plot(lines["ts"], lines["rss_mb"], color=colours[name], lw=1.6)
    ax.set(ylabel="memory, MB")
    ax.set_ylim(0, 1.3 * resources["rss_mb"].max())
    _tag(ax, 0.008, "a line for each instance, in its colour below", figures.BLACK)


def _draw_lives(ax: Axes, lives: pd.DataFrame, colours: dict[str, str]) -> None:
    names = sorted(lives["instance"].unique())
    for _, life in lives.iterrows():
        y, colour = names.index(life["instance"]), colours[life["instance"]]
        span = [life["start"], life["end"]]
        ax.plot(span, [y, y], color=colour, lw=5, solid_capstyle="butt")
        if life["ended"] == "silent":
            ax.plot(life["end"], y, "X", color=figures.BLACK, ms=7, zorder=4)
        if life["ended"] == "stopped":
            ax.plot(life["end"], y, "|", color=figures.BLACK, ms=10, mew=2, zorder=4)
    ax.set_yticks(range(len(names)), names, fontsize=_SMALL)
    ax.set(ylim=(len(names) - 0.4, -0.6))
    ax.grid(axis="y", visible=False)


def _mark_deploys(panel: dict[str, Axes], deploys: pd.DataFrame) -> None:
    told: list[tuple[str, pd.Timestamp]] = []
    for _, deploy in deploys.sort_values("ts").iterrows():
        version, at = deploy["version"], deploy["ts"]
        for name, ax in panel.items():
            if name != "truth":
                ax.axvline(at, color=figures.PURPLE, lw=1.2, ls=(0, (4, 2)))
        # One that goes from instance to instance is named once.
        if told and told[-1][0] == version and at - told[-1][1] < _ROLLING:
            told[-1] = (version, at)
            continue
        back = version in [before for before, _ in told]
        told.append((version, at))
        panel["requests"].annotate(
            f"{'back to' if back else 'deploy'}\n{version}",
            (at, 1),
            (0, 3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="center",
            va="bottom",
            color=figures.PURPLE,
            fontsize=8,
            linespacing=0.95,
        )


def _tag(ax: Axes, x: float, text: str, colour: str) -> None:
    ax.text(
        x, 0.96, text, transform=ax.transAxes, va="top", color=colour, fontsize=_SMALL,
        path_effects=_HALO, bbox={"fc": "white", "ec": "none", "pad": 0.6, "alpha": 0.85},
    )  # fmt: skip


def _time_axis(ax: Axes, times: pd.Series) -> None:
    """Seconds from the start for a few minutes, the time of day for more."""
    span = (times.max() - times.min()).total_seconds()
    if span <= 300:
        zero = mdates.date2num(times.min())
        step = max(1, round(span / 10))
        ticks = np.arange(0, span + 0.01, step)
        ax.set_xticks(zero + ticks / 86_400, [f"{tick:.0f}" for tick in ticks])
        ax.set_xlabel("seconds from the first line")
        ax.set_xlim(times.min(), times.max())
        return
    locator = mdates.AutoDateLocator(minticks=5, maxticks=10)
    ax.xaxis.set_major_locator(locator)
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator, show_offset=False))
    ax.set_xlim(times.min(), times.max())
