"""Which incidents a log holds: each is drawn from a stream of its own, so that switching one off
leaves where, when and how large the others are as it was.

A drawn incident is a dict: its ``kind``, ``start`` and ``end`` in ms since START where it has any,
and where and how large it is. The simulator acts on these dicts, and they become the truth.
"""

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from labkit.riverton.log_simulator.place import (
    DAY,
    HOUR,
    JOBS,
    MINUTE,
    SCORER,
    SECOND,
)

Incident = dict[str, Any]


class Places:
    """Where incidents may lie, so that two of them do not hide each other: drawn once per seed."""

    def __init__(self, rng: np.random.Generator, days: int) -> None:
        self.days = days
        self.leaking, self.canary, self.flapping, self.other = rng.permutation(SCORER.instances)
        self.busy_days = rng.permutation(days)
        self.runs = rng.permutation(2)

    def busy(self, rng: np.random.Generator, which: int, minutes: tuple[int, int]) -> Incident:
        """A window of that many minutes between 9 and 21 o'clock of one of the days."""
        length = int(rng.integers(*minutes)) * MINUTE
        late = int(rng.integers((12 * HOUR - length) // SECOND)) * SECOND
        start = int(self.busy_days[which]) * DAY + 9 * HOUR + late
        return {"start": start, "end": start + length}


def memory_leak(rng: np.random.Generator, places: Places) -> Incident:
    """One instance holds on to more memory every hour, until somebody restarts it."""
    length = int(rng.uniform(0.34, 0.55) * places.days * DAY)
    start = int(12 * HOUR + rng.uniform(0, places.days * DAY - 14 * HOUR - length))
    slope = round(float(rng.uniform(10, 40)), 1)
    window = {"start": start, "end": start + length}
    return {**window, "instance": str(places.leaking), "mb_per_hour": slope}


def slow_dependency(rng: np.random.Generator, places: Places) -> Incident:
    """A service that ours calls answers several times as slowly as before."""
    window = places.busy(rng, 0, (40, 121))
    called = str(rng.choice(["bureau", "ledger"]))
    return {**window, "downstream": called, "factor": round(float(rng.uniform(3, 8)), 1)}


def bad_deploy(rng: np.random.Generator, places: Places) -> Incident:
    """A new version on one instance fails on one endpoint; elsewhere it is as good as the old.

    It is a canary and gets mostly the endpoints that hardly ever fail, so that its overall error
    rate is lower than the old version's.
    """
    length = int(rng.uniform(0.4, 0.6) * places.days * DAY)
    start = int(12 * HOUR + rng.uniform(0, places.days * DAY - 14 * HOUR - length))
    package = str(rng.choice(["numpy", "onnxruntime", "orjson", "starlette"]))
    bumped = {"numpy": "2.4.0", "onnxruntime": "1.23.0", "orjson": "3.11.4", "starlette": "0.49.0"}
    return {
        "start": start,
        "end": start + length,
        "instance": str(places.canary),
        "version": "2.5.0",
        "endpoint": str(rng.choice(["/limit", "/pay"])),
        "error_rate": round(float(rng.uniform(0.008, 0.010)), 4),
        "package": package,
        "package_from": SCORER.packages[package],
        "package_to": bumped[package],
    }


def flapping_instance(rng: np.random.Generator, places: Places) -> Incident:
    """One instance falls over and is started again, over and over."""
    window = places.busy(rng, 1, (60, 151))
    gaps = rng.uniform(3, 9, 60).cumsum() * MINUTE
    stops = [window["start"] + int(gap) for gap in gaps if gap < window["end"] - window["start"]]
    window = {"start": stops[0], "end": stops[-1] + 60 * SECOND}
    return {**window, "instance": str(places.flapping), "restarts": len(stops), "stops": stops}


def retry_storm(rng: np.random.Generator, places: Places) -> Incident:
    """The service turns requests away, and its clients ask again at once, up to five times."""
    window = places.busy(rng, 2, (10, 31))
    return {**window, "refused": round(float(rng.uniform(0.55, 0.8)), 2)}


def failed_job(rng: np.random.Generator, places: Places) -> Incident:
    """A batch job that fails and says so."""
    return _run(rng, places, int(places.runs[0])) | {"written_share": 0.0}


def silent_job(rng: np.random.Generator, places: Places) -> Incident:
    """A batch job that says success and wrote about a tenth of its rows."""
    share = round(float(rng.uniform(0.05, 0.15)), 3)
    return _run(rng, places, int(places.runs[1])) | {"written_share": share}


def _run(rng: np.random.Generator, places: Places, which: int) -> Incident:
    job = JOBS[which]
    runs = places.days * 24 // job.every_hours
    run = int(rng.integers(2, runs))
    return {"job": job.name, "run": run}


def auc_drift(rng: np.random.Generator, places: Places) -> Incident:
    """The validation AUC of the nightly training falls a little with every run."""
    job = JOBS[3]
    runs = places.days * 24 // job.every_hours
    first = int(rng.integers(runs // 4, runs // 2))
    lost = round(float(rng.uniform(0.03, 0.06)), 4)
    return {"job": job.name, "run": first, "auc_lost": lost}


def clock_skew(rng: np.random.Generator, places: Places) -> Incident:
    """The clock of one instance is off, so that what it writes does not fit what others write."""
    start = int(rng.uniform(0.1, 0.5) * places.days * DAY)
    seconds = round(float(rng.uniform(15, 240) * rng.choice([-1, 1])), 1)
    instance = str(rng.choice([places.other, "bureau-1", "bureau-2"]))
    window = {"start": start, "end": places.days * DAY}
    return {**window, "instance": instance, "seconds": seconds}


def personal_data(rng: np.random.Generator, places: Places) -> Incident:
    """Some messages name people: an e-mail address, a telephone number, a customer's id."""
    return {"share": round(float(rng.uniform(0.0005, 0.0015)), 5)}


def broken_lines(rng: np.random.Generator, places: Places) -> Incident:
    """Some lines are cut short, written into one another, no records at all, or no UTF-8."""
    return {"share": round(float(rng.uniform(0.002, 0.006)), 4)}


def late_lines(rng: np.random.Generator, places: Places) -> Incident:
    """For some hours a part of the lines reaches the collector minutes after it was written."""
    length = int(rng.uniform(0.2, 0.5) * places.days * DAY)
    start = int(rng.uniform(0, places.days * DAY - length))
    window = {"start": start, "end": start + length}
    share, delay = round(float(rng.uniform(0.1, 0.3)), 2), int(rng.integers(60, 181))
    return {**window, "share": share, "median_delay_s": delay}


def tidal_load(rng: np.random.Generator, places: Places) -> Incident:
    """Few requests at night, most in the evening."""
    return {"busiest_hour": 17}


DRAWS: dict[str, Callable[[np.random.Generator, Places], Incident]] = {
    draw.__name__: draw
    for draw in (
        memory_leak,
        slow_dependency,
        bad_deploy,
        flapping_instance,
        retry_storm,
        failed_job,
        silent_job,
        auc_drift,
        clock_skew,
        personal_data,
        broken_lines,
        late_lines,
        tidal_load,
    )
}
ALL = tuple(DRAWS)
"""The kinds of incidents, by name."""


def draw(kinds: Iterable[str], seed: int, days: int) -> dict[str, Incident]:
    """Draw the incidents of those kinds. Raises ValueError for a kind that is not in ALL."""
    chosen = set(kinds)
    if unknown := chosen - set(ALL):
        raise ValueError(f"unknown incidents {sorted(unknown)}; expected some of {ALL}")
    places = Places(np.random.default_rng([seed, 100]), days)
    return {
        kind: {"kind": kind, **DRAWS[kind](np.random.default_rng([seed, 101 + k]), places)}
        for k, kind in enumerate(ALL)
        if kind in chosen
    }
