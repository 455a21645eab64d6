"""Counts per window of event time, over a stream whose events come late and out of order.

The words are those of Akidau et al., "The Dataflow Model", PVLDB 8(12), 2015: a watermark, allowed
lateness, corrections of results that were given too early.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple


class Result(NamedTuple):
    """The count of the window that begins at `start`; `correction`: it replaces an earlier one."""

    start: float
    count: int
    correction: bool


class WindowCounts:
    """Count events in windows of equal width that follow each other: [0, width), [width, ...) ...

    width: of a window, in any unit of time, above 0; the other two are in the same unit.
    delay: how far the watermark stays behind the latest event seen: how long a result waits.
    lateness: how long after its result a window still takes late events and corrects itself.
    Every event is counted or dropped: `counted + dropped` is how many were added.
    """

    def __init__(self, width: float, delay: float = 0, lateness: float = 0) -> None:
        if width <= 0 or delay < 0 or lateness < 0:
            raise ValueError("expected a width above 0, and a delay and a lateness of 0 or more")
        self.width, self.delay, self.lateness = width, delay, lateness
        self.watermark = float("-inf")
        self.counts: dict[float, int] = {}
        self.open: set[float] = set()  # windows without a result yet
        self.counted = self.dropped = self.most_held = 0

    def add(self, time: float) -> list[Result]:
        """Take the next event, given its own time, and return the results that it sets off."""
        start = time // self.width * self.width
        if start + self.width + self.lateness <= self.watermark:
            self.dropped += 1
            return []
        self.counted += 1
        self.counts[start] = count = self.counts.get(start, 0) + 1
        if start + self.width > self.watermark:
            self.open.add(start)
            return self._advance(time - self.delay)
        return [Result(start, count, correction=count > 1)]

    def _advance(self, watermark: float) -> list[Result]:
        """Move the watermark, never back; give the results of windows that it has passed."""
        if watermark <= self.watermark:
            return []
        self.watermark = watermark
        self.most_held = max(self.most_held, len(self.counts))
        done = sorted(start for start in self.open if start + self.width <= watermark)
        self.open.difference_update(done)
        results = [Result(start, self.counts[start], correction=False) for start in done]
        for start in [s for s in self.counts if s + self.width + self.lateness <= watermark]:
            del self.counts[start]
        return results

    def close(self) -> list[Result]:
        """Return the results of windows that are still open when the stream ends."""
        return self._advance(float("inf"))


def run(windows: WindowCounts, times: Iterable[float]) -> list[Result]:
    """All results, in order, of a stream given by its events' times in order of arrival."""
    results = [result for time in times for result in windows.add(time)]
    return results + windows.close()


def final(results: Iterable[Result]) -> dict[float, int]:
    """The last word on each window: start -> count."""
    return {result.start: result.count for result in results}


def batch(times: Iterable[float], width: float) -> dict[float, int]:
    """The batch answer, with every event at hand: start -> count."""
    return dict(Counter(time // width * width for time in times))
