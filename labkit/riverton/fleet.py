"""Riverton Pay's service at work: several scorers and the credit bureau, each a process that logs,
and the faults that can be switched on while customers use them."""

import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pandas as pd

from labkit.riverton.bureau import PEOPLE, user_name
from labkit.riverton.faults import MALFORMED
from labkit.riverton.load import poisson_schedule, run_load
from labkit.riverton.local_server import LocalServer
from labkit.riverton.server import ScoringServer
from labkit.riverton.service_log import ServiceLog


class BureauServer(LocalServer):
    """The credit bureau as a process of its own; `fault(index=False)` drops its index."""

    def __init__(self, database: Path, *, log: dict[str, Any], people: int = PEOPLE) -> None:
        options = {"database": str(database), "log": log, "people": people}
        super().__init__("labkit.riverton.bureau_process", "the bureau", options)


class Fleet:
    """Some scorers and a bureau that write their logs into `folder`, with `with`.

        with Fleet(folder) as fleet:
            seen = capture(fleet, seconds=10, during=[(4, lambda: fleet.leak("scorer-1"))])

    `settings` are those that every scorer starts with, such as `bureau_cache` or `max_batch`.
    Every process writes `<instance>.jsonl`. What is done to them is noted in `switched`, the truth
    that a reader of the logs does not have.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        scorers: int = 2,
        scorer: str = "mlp",
        version: str = "1.0",
        people: int = PEOPLE,
        **settings: Any,
    ) -> None:
        self.folder = Path(folder)
        self.people = people
        self.switched: list[dict[str, Any]] = []
        self.instances: dict[str, ScoringServer] = {}
        self.bureau = BureauServer(
            self.folder / "bureau.sqlite", log=self._log("bureau-1", "1.0"), people=people
        )
        self._tool = ServiceLog(**self._log("deployer", None), every_s=0)
        self._wanted = scorers
        self._scorer, self._version, self._settings = scorer, version, settings
        self._started = 0

    def _log(self, instance: str, version: str | None) -> dict[str, Any]:
        path = self.folder / f"{instance}.jsonl"
        return {"path": str(path), "instance": instance, "version": version}

    def __enter__(self) -> Self:
        with contextlib.ExitStack() as undo:
            undo.callback(self.stop)
            self._tool.start()
            self.bureau.start()
            with ThreadPoolExecutor() as pool:
                list(pool.map(lambda made: made[1].start(), self._make(self._wanted)))
            undo.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """End all that run, in good order."""
        for server in [*self.instances.values(), self.bureau]:
            server.stop()
        self._tool.stop()

    def _make(self, number: int, **changes: Any) -> list[tuple[str, ScoringServer]]:
        """Scorers that are not started yet, each under the next free name."""
        made = []
        for _ in range(number):
            self._started += 1
            name = f"scorer-{self._started}"
            log = self._log(name, changes.get("version", self._version))
            others = {k: v for k, v in changes.items() if k not in ("version", "scorer")}
            others = {**self._settings, **others}
            server = ScoringServer(
                changes.get("scorer", self._scorer), log=log, bureau=self.bureau.port, **others
            )
            self.instances[name] = server
            made.append((name, server))
        return made

    @property
    def logs(self) -> list[Path]:
        """The log files of all processes that have run."""
        return sorted(self.folder.glob("*.jsonl"))

    @property
    def running(self) -> list[str]:
        """The scorers that run."""
        return [name for name, server in self.instances.items() if server.runs]

    def _note(self, what: str, instance: str, **more: Any) -> dict[str, Any]:
        entry = {"ts": datetime.now(UTC), "what": what, "instance": instance, **more}
        self.switched.append(entry)
        return entry

    def leak(self, instance: str, on: bool = True) -> dict[str, Any]:
        """Let a scorer keep 128 kB for every row that it scores, or no more."""
        self.instances[instance].fault(leak=on)
        return self._note("leak" if on else "leak off", instance)

    def drop_index(self) -> dict[str, Any]:
        """Take the bureau's index away: its lookups SCAN the table from now on."""
        plan = self.bureau.fault(index=False)["plan"]
        return self._note("index dropped", "bureau-1", plan=plan)

    def create_index(self) -> dict[str, Any]:
        """Give the bureau its index again."""
        plan = self.bureau.fault(index=True)["plan"]
        return self._note("index created", "bureau-1", plan=plan)

    def kill(self, instance: str) -> dict[str, Any]:
        """End a scorer at once, as a machine that fails does."""
        self.instances[instance].kill()
        return self._note("killed", instance)

    def replace(self, old: str, **changes: Any) -> dict[str, Any]:
        """Start a scorer on the port of `old`, which is stopped in good order if it still runs.

        `changes` are a `version`, a `scorer`, `faults` that it starts with, or settings of
        `ServiceConfig`; what is not named is as at the start.
        """
        port = self.instances[old].port
        if self.instances[old].runs:
            self._note("stopped", old)
            self.instances[old].stop()
        ((name, server),) = self._make(1, port=port, **changes)
        server.start()
        return self._note("replaced", name, old=old)

    def deploy(self, version: str, old: str, **changes: Any) -> dict[str, Any]:
        """Put a new version in the place of one scorer, and log that, as a deployment tool does."""
        self._tool.write("deploy", version=version, msg=f"{version} takes the place of {old}")
        replaced = self.replace(old, version=version, **changes)
        return self._note("deployed", replaced["instance"], version=version, **changes)


@dataclass(frozen=True)
class Captured:
    """A load and what was done meanwhile.

    `logs` are the files; `sent` is what the clients know, a row for each request: that of
    `LoadResult.frame` with its `trace`, its `user`, and whether its body was `malformed`;
    `switched` is what was done to the fleet: `ts` (UTC), `what`, `instance` and more.
    """

    logs: list[Path]
    sent: pd.DataFrame
    switched: pd.DataFrame
    started: datetime


def capture(
    fleet: Fleet,
    *,
    seconds: float = 12.0,
    rate: float = 60.0,
    seed: int = 1,
    malformed: Sequence[tuple[float, float, float]] = (),
    during: Sequence[tuple[float, Callable[[], object]]] = (),
    drain_s: float = 1.0,
) -> Captured:
    """Put an open load of `rate` requests per second on a fleet, its requests going to its scorers
    in turn, and call the functions of `during` at their times (s).

    `malformed` has (from s, to s, share) of requests whose body is one of `faults.MALFORMED`. A
    trace and a user travel in the headers of every request. When and for whom is drawn from
    `seed`; what comes of it is measured.
    """
    rng = np.random.default_rng([seed, 41])
    schedule = poisson_schedule(rate, seconds, rng)
    number = len(schedule)
    who = (fleet.people * rng.random(number) ** 3).astype(int)  # some come often
    traces = [value.tobytes().hex() for value in rng.integers(2**63, size=number)]
    chance = rng.random(number)
    bad = np.zeros(number, dtype=bool)
    for start, end, share in malformed:
        bad |= (schedule >= start) & (schedule < end) & (chance < share)
    bodies = {int(i): MALFORMED[n % len(MALFORMED)] for n, i in enumerate(np.flatnonzero(bad))}
    users = [user_name(one) for one in who]
    headers = [
        {"x-trace-id": trace, "x-user": user, "x-attempt": "1"}
        for trace, user in zip(traces, users, strict=True)
    ]
    targets = [fleet.instances[name] for name in fleet.running]
    started = datetime.now(UTC)
    result = run_load(
        targets, schedule, headers=headers, bodies=bodies, during=during, drain_s=drain_s
    )
    sent = result.frame.assign(trace=traces, user=users, malformed=bad)
    return Captured(fleet.logs, sent, pd.DataFrame(fleet.switched), started)
