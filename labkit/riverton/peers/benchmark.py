"""One model, one load, several servers: `python -m labkit.riverton.peers.benchmark`.

    --python PACKAGE=INTERPRETER   run that peer with another Python (several times)
    --rounds N                     how often all take turns (3)
    --keep                         write the results to results.json, beside this file

All servers run the same network, `scorers.MLP`, on one thread, in batches of at most 32, on the
same two cores as the load on them. They take turns; none runs while another is measured. Before a
server is measured it answers every held-out row, and while it is measured every label is compared
with the scorer's own: one that answers wrong is not in the table.
"""

import argparse
import contextlib
import datetime
import json
import os
import platform
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil

from labkit.files import replace_text
from labkit.riverton.calibration import LEAST_SHARE, share_of_two_processors
from labkit.riverton.curve import batch_curve
from labkit.riverton.load import poisson_schedule, run_closed, run_load, uniform_schedule
from labkit.riverton.load_result import LoadResult
from labkit.riverton.peers.servers import (
    OURS,
    PEERS,
    Peer,
    PeerError,
    Running,
    installed,
    missing,
)
from labkit.riverton.scorers import MLP, digits

RESULTS = Path(__file__).parent / "results.json"
CORES = 2
BATCH = 32
CLIENTS = (64, 128)
SATURATED_S = 1.2
WARM_S = 0.5
SHARES = (0.1, 0.5)
"""Of the capacity of the slowest: rates that all are asked at."""
MORE_SHARES = (0.2, 0.4)
"""Of the capacity of our own JSON route: rates for those that can follow."""
CAN_FOLLOW = 0.85
"""A rate above this share of a server's capacity is not put on it."""
REQUESTS, SHORTEST_S, LONGEST_S = 800, 1.5, 3.5
"""So many at each rate, but for no less and no more time."""


class WrongLabels(PeerError):
    """A server does not answer what its scorer says."""


def refuse_wrong(name: str, result: LoadResult, truth: np.ndarray, *, all_of_them: bool) -> None:
    """Raise WrongLabels unless each answer is the scorer's for the row that was asked about.

    Request i asks about row i modulo their number. With `all_of_them` one that is not answered
    counts as wrong; else it is an error, and counted as such elsewhere.
    """
    frame = result.frame
    expected = truth[np.arange(len(frame)) % len(truth)]
    answered = frame["status"].to_numpy() == 200
    wrong = answered & (frame["label"].to_numpy() != expected)
    if all_of_them:
        wrong |= ~answered
    if wrong.any():
        raise WrongLabels(
            f"{name} is left out: {wrong.sum()} of {len(frame)} answers are not the scorer's."
        )


class Asked:
    """A running server, asked by one of its routes, with every label compared."""

    def __init__(self, running: Running, route: str, truth: np.ndarray) -> None:
        self.name = f"{running.peer.name} ({route})"
        self._running = running
        self._truth = truth
        self._how: dict[str, Any] = {
            "binary": route == "binary",
            "write": running.peer.write if route == "JSON" else None,
        }

    def check(self) -> None:
        """Ask about every held-out row. Raises WrongLabels."""
        schedule = uniform_schedule(300, len(self._truth) / 300)
        result = run_load(self._running.url, schedule, **self._how)
        refuse_wrong(self.name, result, self._truth, all_of_them=True)

    def saturated(self, clients: int, seconds: float) -> dict[str, float]:
        """What it serves with so many clients, each with one request under way."""
        before, started = self._running.usage(), time.perf_counter()
        result = run_closed(self._running.url, clients, seconds, **self._how)
        wall_s, after = time.perf_counter() - started, self._running.usage()
        refuse_wrong(self.name, result, self._truth, all_of_them=False)
        spent = max(0.0, after.cpu_s - before.cpu_s)
        return {
            "clients": clients,
            "served": result.throughput,
            "errors": result.errors,
            "cpu_ms": 1e3 * spent / result.ok if result.ok else float("nan"),
            "cores": spent / wall_s,
            "processes": after.processes,
            "memory_mb": after.memory_mb,
        }

    def at_rate(self, schedule: np.ndarray) -> dict[str, float]:
        """Its latency at times that nobody adapts to it."""
        result = run_load(self._running.url, schedule, **self._how)
        refuse_wrong(self.name, result, self._truth, all_of_them=False)
        return {
            "p50_ms": result.percentile(50),
            "p95_ms": result.percentile(95),
            "requests": len(schedule),
            "errors": result.errors,
        }


def common_rates(capacity: Mapping[tuple[str, str], float]) -> list[float]:
    """The rates that all are asked at, and further ones for those that can follow."""
    slowest, ours = min(capacity.values(), default=0.0), capacity.get((OURS, "JSON"), 0.0)
    rates = {*(share * slowest for share in SHARES), *(share * ours for share in MORE_SHARES)}
    return [float(f"{rate:.2g}") for rate in sorted(rates) if rate > 0]


def seconds_at(rate: float) -> float:
    """How long a rate is put on a server."""
    return min(LONGEST_S, max(SHORTEST_S, REQUESTS / rate))


def measure(
    peers: Sequence[Peer], pythons: Mapping[str, str], rounds: int, rng: np.random.Generator
) -> dict[str, Any]:
    """Measure those `peers`; return what `results.json` holds of them, one row per measurement."""
    mlp, rows = MLP(), digits().X_test
    truth = mlp(rows)
    limits, saturated, latency, starts, refused = [], [], [], [], {}
    capacity: dict[tuple[str, str], float] = {}

    def turn(peer: Peer, number: int, rates: Sequence[tuple[float, np.ndarray]]) -> None:
        with Running(peer, pythons.get(peer.package, sys.executable)) as running:
            starts.append({"server": peer.name, "round": number, "start_s": running.start_s})
            for route in peer.routes:
                asked, place = Asked(running, route, truth), (peer.name, route)
                who = {"server": peer.name, "route": route, "round": number}
                if number == 0:
                    asked.check()
                asked.saturated(CLIENTS[0], WARM_S)
                for clients in CLIENTS:
                    row = {**who, **asked.saturated(clients, SATURATED_S)}
                    if number:
                        saturated.append(row)
                    capacity[place] = max(capacity.get(place, 0.0), row["served"])
                for rate, schedule in rates:
                    if rate <= CAN_FOLLOW * capacity[place]:
                        latency.append({**who, "rate": rate, **asked.at_rate(schedule)})

    taking_part = list(peers)
    rates: list[float] = []
    for number in range(rounds + 1):
        if not taking_part:
            break
        limits.append(_limit(mlp, rng))
        schedules = [(rate, poisson_schedule(rate, seconds_at(rate), rng)) for rate in rates]
        _say("The first round checks every label." if number == 0 else f"Round {number}.")
        for peer in (
            taking_part[number % len(taking_part) :] + taking_part[: number % len(taking_part)]
        ):
            _say(f"  {peer.name}, {' and '.join(peer.routes)}")
            try:
                turn(peer, number, schedules)
            except PeerError as error:
                _say(f"  {error}")
                refused[f"{peer.name} ({', '.join(peer.routes)})"] = str(error)
                taking_part = [one for one in taking_part if one is not peer]
        if number == 0:
            rates = common_rates(capacity)
    out = [(p.name, route) for p in peers if p not in taking_part for route in p.routes]
    return {
        "limit_per_s": float(np.median(limits)),
        "rates": rates,
        "saturated": [r for r in saturated if (r["server"], r["route"]) not in out],
        "latency": [r for r in latency if (r["server"], r["route"]) not in out],
        "starts": starts,
        "left_out": refused,
    }


def _limit(mlp: MLP, rng: np.random.Generator) -> float:
    """Rows per second that the model alone scores, in batches of 32."""
    curve = batch_curve(mlp, [BATCH], rng=rng, repeats=9).set_index("batch")
    return 1e3 * BATCH / curve["batch_ms"][BATCH]


def table(results: Mapping[str, Any]) -> pd.DataFrame:
    """Sum the results up: one row per server and route, medians over the rounds.

    `served` is per second, with the number of clients that suits that server best; `share` is
    that of the model's limit, `least` and `most` the same in the worst and the best round, and
    `to ours` the ratio to our own service by the same route. The columns of latency are in ms,
    infinite where more requests went unanswered than the percentile allows, and empty where the
    rate was not put on the server.
    """
    runs = pd.DataFrame(results["saturated"])
    where = ["server", "route"]
    medians = runs.groupby([*where, "clients"], sort=False).median(numeric_only=True)
    best = medians.loc[medians.groupby(where, sort=False)["served"].idxmax()]
    best = best.reset_index("clients")
    order = list(dict.fromkeys(zip(runs["server"], runs["route"], strict=True)))
    order.sort(key=lambda place: (_place(place[0]), place[1] != "JSON"))
    best = best.loc[order]
    shown = best[["served"]].copy()
    shown["share"] = best["served"] / results["limit_per_s"]
    rounds = runs.set_index([*where, "clients"])["served"] / results["limit_per_s"]
    for name, of_all in (
        ("least", rounds.groupby(level=[0, 1, 2]).min()),
        ("most", rounds.groupby(level=[0, 1, 2]).max()),
    ):
        shown[name] = [of_all[(*place, best["clients"][place])] for place in order]
    ours = {route: best["served"].get((OURS, route), np.nan) for _, route in order}
    shown["to ours"] = [best["served"][place] / ours[place[1]] for place in order]
    latency = pd.DataFrame(results["latency"])
    for rate in results["rates"]:
        at = latency[latency["rate"] == rate].groupby(where)[["p50_ms", "p95_ms"]].median()
        for name in ("p50", "p95"):
            shown[f"{name} at {rate:g}"] = at[f"{name}_ms"].reindex(shown.index)
    errors = (
        runs.groupby(where)["errors"]
        .sum()
        .add(latency.groupby(where)["errors"].sum(), fill_value=0)
    )
    shown["errors"] = errors.reindex(shown.index).astype(int)
    shown["CPU ms"] = best["cpu_ms"]
    shown["processes"] = best["processes"].astype(int)
    shown["memory (MB)"] = best["memory_mb"]
    starts = pd.DataFrame(results["starts"]).groupby("server")["start_s"].median()
    shown["start (s)"] = [starts[server] for server, _ in order]
    return shown


def _place(server: str) -> int:
    names = [peer.name for peer in PEERS]
    return names.index(server) if server in names else len(names)


def load_results(path: Path = RESULTS) -> dict[str, Any]:
    """The results that were kept last."""
    return json.loads(path.read_text(encoding="utf-8"), parse_constant=float)


def machine() -> dict[str, Any]:
    """The machine in words: what it is, not which one."""
    processor = platform.processor() or platform.machine()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                processor = line.partition(":")[2].strip()
                break
    return {
        "processor": processor,
        "cores": CORES,
        "memory_gb": round(psutil.virtual_memory().total / 1e9),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _use_two_cores() -> None:
    """For us, the load generator and every server alike, where the system lets us choose."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] = ()) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m labkit.riverton.peers.benchmark",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--python", action="append", default=[], metavar="PACKAGE=INTERPRETER")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keep", action="store_true")
    chosen = parser.parse_args(arguments)
    if chosen.rounds < 1:
        parser.error("--rounds must be at least 1")
    pythons = dict(one.partition("=")[::2] for one in chosen.python)
    if unknown := pythons.keys() - {peer.package for peer in PEERS}:
        parser.error(f"there is no peer {', '.join(sorted(unknown))}")
    versions = installed(pythons)
    if sentence := missing(versions):
        print(sentence)
    peers = [peer for peer in PEERS if not peer.package or versions[peer.name]]
    _use_two_cores()
    share = share_of_two_processors()
    _say(f"Two busy programs got {share:.0%} of two processors.")
    if share < LEAST_SHARE:
        _say("Other programs take the rest: this record will say more of them than of the servers.")
    started = time.perf_counter()
    results = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": machine(),
        "versions": {name: version for name, version in versions.items() if version},
        "settings": {f"{p.name} ({', '.join(p.routes)})": p.settings for p in peers},
        "rounds": chosen.rounds,
        "free_share": share,
        **measure(peers, pythons, chosen.rounds, np.random.default_rng(6)),
    }
    print(report(results))
    print(f"The whole took {time.perf_counter() - started:.0f} s.")
    if chosen.keep and (sentence or results["left_out"]):
        print("Not kept: the record holds every server, and one was not measured.")
    elif chosen.keep:
        replace_text(RESULTS, json.dumps(results, indent=1) + "\n")
        print(f"Kept in {RESULTS.name}.")
    return 0


def report(results: Mapping[str, Any]) -> str:
    """The results in words and as a table."""
    about = results["machine"]
    lines = [
        f"{results['date']}, {about['processor']}, {about['cores']} cores, "
        f"{about['memory_gb']} GB, {about['system']}, Python {about['python']}.",
        ", ".join(f"{name} {version}" for name, version in results["versions"].items()),
        f"The model alone, in batches of {BATCH}: {results['limit_per_s']:,.0f} rows a second.",
        *results["left_out"].values(),
    ]
    if not results["saturated"]:
        return "\n".join([*filter(None, lines), "Nothing was measured."])
    text = table(results).round(2).to_string(na_rep="-")
    return "\n".join([*filter(None, lines), "", text])


def _interrupted(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # a script in the background ignores Ctrl-C
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), _interrupted)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        _say("\nInterrupted. Every server has been ended.")
        sys.exit(130)
