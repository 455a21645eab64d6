"""The simulated log: put together in the order in which the lines reach the collector."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from labkit.logs.records import NAMES
from labkit.logs.typed import typed
from labkit.riverton.log_simulator import fleet, jobs, lines, privacy, traffic
from labkit.riverton.log_simulator.incidents import ALL, Incident, draw
from labkit.riverton.log_simulator.place import (
    DAY,
    HOUR,
    INSTANCES,
    JOBS,
    MINUTE,
    SECOND,
    START,
)

EVERY = (15 * SECOND, 30 * SECOND, MINUTE, 2 * MINUTE, 5 * MINUTE, 15 * MINUTE, HOUR)
"""How often resources may be measured; the first that leaves nine lines of ten to requests."""
LEAST = 3_000
FILES = {"json": "log.jsonl", "text": "log.log"}


@dataclass(frozen=True)
class Log:
    """A simulated log. Row i of `table`, `frame` and `arrived` is line i + 1 of the file."""

    table: pa.Table
    """The columns of labkit.logs.records that occur, text as codes, packages as a=1,b=2."""
    arrived: np.ndarray
    """When each line reached the collector, by the collector's clock, datetime64[ms], ascending."""
    truth: dict[str, Any]
    """seed, lines, start, end, and `incidents`: a list of one dict per incident, JSON-able."""

    @cached_property
    def frame(self) -> pd.DataFrame:
        """All records as the services wrote them, typed as FIELDS says, in order of arrival."""
        return typed(self.table)

    def incident(self, kind: str) -> Incident:
        """The truth about one incident. Raises KeyError where the log has none of that kind."""
        for incident in self.truth["incidents"]:
            if incident["kind"] == kind:
                return incident
        raise KeyError(f"this log has no incident of kind {kind!r}")

    def blocks(self, form: str = "json") -> Iterator[bytes]:
        """The file's bytes, in blocks of whole lines."""
        broken = [i for i in self.truth["incidents"] if i["kind"] == "broken_lines"]
        kinds = broken[0]["lines"] if broken else {kind: [] for kind in lines.KINDS}
        yield from lines.blocks(self.table, form, kinds, self.truth["seed"])

    def lines(self, form: str = "json") -> Iterator[bytes]:
        """The file's lines, without their ends, broken ones included; form is json or text."""
        for block in self.blocks(form):
            yield from block.split(b"\n")[:-1]

    def write(self, folder: str | Path, form: str = "json") -> Path:
        """Write log.jsonl (or log.log, form "text") and truth.json; returns the log's path."""
        if form not in FILES:
            raise ValueError(f"form is {form!r}; expected one of {tuple(FILES)}")
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / FILES[form]
        with path.open("wb") as file:
            file.writelines(self.blocks(form))
        text = json.dumps(self.truth, indent=1) + "\n"
        (folder / "truth.json").write_text(text, encoding="utf-8", newline="\n")
        return path


def simulate(
    lines: int = 100_000, seed: int = 1, incidents: Iterable[str] = ALL, days: int = 3
) -> Log:
    """Simulate a log of exactly so many lines over so many days, with incidents of those kinds.

    The same arguments give the same log, to the byte. Where, when and how large an incident is
    depends on the seed and the days alone, not on which others there are. Raises ValueError for
    fewer than 3,000 lines, fewer than 3 days or an unknown kind.
    """
    if lines < LEAST or days < 3:
        raise ValueError(f"{lines} lines of {days} days; expected at least {LEAST} and 3")
    drawn = draw(incidents, seed, days)
    found = fleet.changes(drawn, days, np.random.default_rng([seed, 4]))
    every = next((e for e in EVERY if len(INSTANCES) * days * DAY / e < 0.1 * lines), EVERY[-1])
    own = [
        fleet.lifecycle(found),
        fleet.resources(found, drawn, days, every, np.random.default_rng([seed, 5])),
        jobs.runs(drawn, days, np.random.default_rng([seed, 6])),
    ]
    missing = lines - sum(part.num_rows for part in own)
    requests = traffic.lines(missing, days, found, drawn, seed)
    table = pa.concat_tables([*own, requests], promote_options="default").unify_dictionaries()
    table, arrived = _collected(table, drawn, seed)
    table = privacy.spill(table, drawn, seed)
    return Log(table, arrived, _truth(table, drawn, lines, seed, days))


def _collected(
    table: pa.Table, drawn: dict[str, Incident], seed: int
) -> tuple[pa.Table, np.ndarray]:
    """The table in order of arrival, with what each instance's clock showed for `ts`."""
    true = table["true"].to_numpy()
    arrival, shown = true.copy(), true.copy()
    if "late_lines" in drawn:
        late, rng = drawn["late_lines"], np.random.default_rng([seed, 7])
        held = (
            (true >= late["start"]) & (true < late["end"]) & (rng.random(len(true)) < late["share"])
        )
        delay = 1000 * late["median_delay_s"] * np.exp(0.6 * rng.normal(size=len(true)))
        arrival[held] += delay[held].astype(np.int64)
        late["lines_held"] = int(held.sum())
    if "clock_skew" in drawn:
        skew = drawn["clock_skew"]
        off = pc.equal(table["instance"], skew["instance"]).to_numpy() & (true >= skew["start"])
        shown[off] += int(1000 * skew["seconds"])
    order = np.argsort(arrival, kind="stable")
    ts = pa.array(START.astype("datetime64[ms]") + shown).cast(pa.timestamp("ms", tz="UTC"))
    table = table.drop_columns("true").append_column("ts", ts).take(pa.array(order))
    table = table.select([name for name in NAMES if name in table.column_names]).combine_chunks()
    return table, START + arrival[order]


def _truth(
    table: pa.Table, drawn: dict[str, Incident], n: int, seed: int, days: int
) -> dict[str, Any]:
    if "broken_lines" in drawn:
        spared = np.array(drawn.get("personal_data", {}).get("lines", []), int) - 1
        share = drawn["broken_lines"]["share"]
        kinds = lines.draw_broken(table, spared, share, seed)
        drawn["broken_lines"] |= {"share": sum(map(len, kinds.values())) / n, "lines": kinds}
    listed = []
    for incident in drawn.values():
        told = dict(incident)
        for job in JOBS:
            if told.get("job") == job.name:
                told["start"] = jobs.begins(job, told["run"])
        for name in ("start", "end"):
            if name in told:
                told[name] = _moment(told[name])
        if "stops" in told:
            told["stops"] = [_moment(ms) for ms in told["stops"]]
        listed.append(told)
    ends = {"start": _moment(0), "end": _moment(days * DAY)}
    return {"seed": seed, "lines": n, **ends, "incidents": listed}


def _moment(ms: int) -> str:
    return f"{START + ms}Z"
