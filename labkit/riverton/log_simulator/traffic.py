"""Customers' requests and the calls that they cause.

A visit is one customer's run of requests, each with a trace of its own. A request is one line of
the scorer, or several where the client tries again, and one more line of the service that was
called to answer it. Only requests that the scorer answers with 200 call another service.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from labkit.riverton.log_simulator.columns import coded, hexadecimal
from labkit.riverton.log_simulator.fleet import Change, is_up, version_at
from labkit.riverton.log_simulator.incidents import Incident
from labkit.riverton.log_simulator.place import (
    ANSWERS_MS,
    ASKED_AT,
    DAY,
    DOWNSTREAM,
    ENDPOINTS,
    HOUR,
    INSTANCES,
    MINUTE,
    PATHS,
    SCORER,
    load_at,
)

CUSTOMERS, PEOPLE = 20_000, 200_000
MAX_ATTEMPTS = 5
CALLED = tuple(DOWNSTREAM)
LEVELS = ("info", "warning", "error")
MESSAGES = (
    "answered",
    "answered late",
    "body refused: amount is not a number",
    "body refused: 11 features, expected 12",
    "internal error: model gave no score",
    "overloaded, try again",
    "TypeError: unexpected keyword argument",
)
BROKEN_BY_DEPLOY = len(MESSAGES) - 1
TO_CANARY = {"/predict": 0.05, "/quote": 0.05, "/limit": 0.5, "/pay": 0.6}
"""The share of each endpoint's requests that a canary is given."""


@dataclass
class Requests:
    """One entry per trace: its time, ms since START, endpoint and customer as codes; their ids."""

    ms: np.ndarray
    endpoint: np.ndarray
    customer: np.ndarray
    ids: list[str]


def requests(n: int, days: int, tidal: bool, rng: np.random.Generator) -> Requests:
    """Traces enough for n lines, visit after visit, the visits in no order of time."""
    visits = int(n / 4.6) + 50
    length = rng.geometric(1 / 3, visits)
    visit = np.repeat(np.arange(visits), length)
    start = rng.integers(days, size=visits) * DAY + _time_of_day(visits, tidal, rng)
    pause = rng.exponential(45_000, len(visit)) + 2_000
    since = np.cumsum(pause)
    first = np.concatenate([[0], np.cumsum(length)[:-1]])
    ms = np.repeat(start, length) + since - np.repeat(since[first], length)
    share = 1 / (np.arange(CUSTOMERS) + 20)
    ids = [f"u{k:06d}" for k in rng.permutation(PEOPLE)[:CUSTOMERS]]
    customer = np.searchsorted(np.cumsum(share / share.sum()), rng.random(visits))
    customer = np.repeat(np.minimum(customer, CUSTOMERS - 1), length)
    endpoint = rng.choice(len(ENDPOINTS), size=len(visit), p=[e.share for e in ENDPOINTS])
    inside = ms < days * DAY - MINUTE
    return Requests(ms[inside].astype(np.int64), endpoint[inside], customer[inside], ids)


def _time_of_day(n: int, tidal: bool, rng: np.random.Generator) -> np.ndarray:
    share = load_at(np.arange(24) * HOUR, tidal)
    hour = np.searchsorted(np.cumsum(share / share.sum()), rng.random(n))
    return np.minimum(hour, 23) * HOUR + rng.integers(HOUR, size=n)


def lines(
    n: int, days: int, found: list[Change], incidents: dict[str, Incident], seed: int
) -> pa.Table:
    """Exactly n lines of event request: of the scorer and of the services that it calls."""
    rng = np.random.default_rng([seed, 1])
    asked = requests(n, days, "tidal_load" in incidents, rng)
    tries = _attempts(asked, found, incidents, np.random.default_rng([seed, 2]))
    calls = np.array([e.downstream is not None for e in ENDPOINTS])[asked.endpoint[tries["trace"]]]
    calls &= tries["status"] == 200
    kept = _as_many(np.bincount(tries["trace"], 1 + calls, len(asked.ms)).astype(int), n)
    keep = kept[tries["trace"]]
    tries = {name: column[keep] for name, column in tries.items()}
    return _written(asked, tries, calls[keep], found, incidents, np.random.default_rng([seed, 3]))


def _as_many(rows: np.ndarray, n: int) -> np.ndarray:
    """Which traces to keep, of so many rows each, for n rows in all: the first, then small ones."""
    total = np.cumsum(rows)
    if total[-1] < n:
        raise AssertionError(f"drew {total[-1]} lines, {n} were wanted")
    keep = total <= n
    missing = n - (total[keep][-1] if keep.any() else 0)
    later = np.flatnonzero(~keep & (rows == 1))[:missing]
    keep[later] = True
    return keep


def _attempts(
    asked: Requests, found: list[Change], incidents: dict[str, Incident], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """One entry per attempt: trace, attempt, when it came, who answered, status and message."""
    trace, ms, parts = np.arange(len(asked.ms)), asked.ms, []
    for attempt in range(1, MAX_ATTEMPTS + 1):
        endpoint = asked.endpoint[trace]
        instance = _routed(ms, endpoint, found, incidents, rng)
        status, msg, again = _answered(ms, endpoint, instance, incidents, rng)
        number = np.full(len(ms), attempt)
        parts.append((trace, number, ms, instance, status, msg))
        trace, ms = trace[again], ms[again] + rng.integers(150, 900, size=int(again.sum()))
    names = ("trace", "attempt", "ms", "instance", "status", "msg")
    return dict(zip(names, map(np.concatenate, zip(*parts, strict=True)), strict=True))


def _routed(
    ms: np.ndarray,
    endpoint: np.ndarray,
    found: list[Change],
    incidents: dict[str, Incident],
    rng: np.random.Generator,
) -> np.ndarray:
    """Which of the scorer's instances gets each request: one that is up, by chance."""
    instance = rng.integers(len(SCORER.instances), size=len(ms))
    if "bad_deploy" in incidents:
        bad = incidents["bad_deploy"]
        canary = SCORER.instances.index(bad["instance"])
        meant = rng.random(len(ms)) < np.array([TO_CANARY[path] for path in PATHS])[endpoint]
        during = (ms >= bad["start"]) & (ms < bad["end"])
        others = (canary + rng.integers(1, len(SCORER.instances), size=len(ms))) % 4
        instance = np.where(during, np.where(meant, canary, others), instance)
    for _ in range(3):
        for k, name in enumerate(SCORER.instances):
            mine = np.flatnonzero(instance == k)
            down = mine[~is_up(found, name, ms[mine])]
            instance[down] = (k + rng.integers(1, 4, size=len(down))) % 4
    return instance


def _answered(
    ms: np.ndarray,
    endpoint: np.ndarray,
    instance: np.ndarray,
    incidents: dict[str, Incident],
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Status, message and whether the client tries again."""
    status, msg = np.full(len(ms), 200), np.zeros(len(ms), int)
    refused = rng.random(len(ms)) < 0.01
    status[refused], msg[refused] = 422, 2 + rng.integers(2, size=int(refused.sum()))
    chance = rng.random(len(ms))
    failed = chance < np.array([e.fails for e in ENDPOINTS])[endpoint]
    status[failed], msg[failed] = 500, 4
    if "bad_deploy" in incidents:
        bad = incidents["bad_deploy"]
        struck = (instance == SCORER.instances.index(bad["instance"])) & (ms >= bad["start"])
        struck &= (ms < bad["end"]) & (endpoint == PATHS.index(bad["endpoint"]))
        struck &= chance < bad["error_rate"]
        status[struck], msg[struck] = 500, BROKEN_BY_DEPLOY
    again = (status == 500) & (rng.random(len(ms)) < 0.5)
    if "retry_storm" in incidents:
        storm = incidents["retry_storm"]
        turned = (ms >= storm["start"]) & (ms < storm["end"])
        turned &= rng.random(len(ms)) < storm["refused"]
        status[turned], msg[turned] = 503, 5
        again = np.where(turned, True, again)
    return status, msg, again


def _written(
    asked: Requests,
    tries: dict[str, np.ndarray],
    calls: np.ndarray,
    found: list[Change],
    incidents: dict[str, Incident],
    rng: np.random.Generator,
) -> pa.Table:
    trace, n = tries["trace"], len(tries["trace"])
    endpoint, status, msg = asked.endpoint[trace], tries["status"], tries["msg"].copy()
    busy = 0.9 + 0.1 * load_at(tries["ms"], "tidal_load" in incidents)
    work = np.array([e.work_ms for e in ENDPOINTS])[endpoint] * busy
    work *= np.exp(rng.normal(0, 0.35, n))
    work *= np.where(status == 200, 1.0, np.where(status == 500, 0.8, 0.2))
    called = np.array([CALLED.index(e.downstream) if e.downstream else -1 for e in ENDPOINTS])
    called = np.where(calls, called[endpoint], -1)
    answer = _answer_ms(tries["ms"], called, incidents, rng)
    _note_sizes(tries, called, incidents)
    network = np.where(calls, 0.3 + rng.exponential(1.0, n), 0)
    latency = np.round(work + answer + network, 1)
    msg[(status == 200) & (latency > 150)] = 1
    traces = hexadecimal(len(asked.ms), rng)
    level = np.where(status == 500, 2, np.where((status == 200) & (msg == 0), 0, 1))
    scorer = pa.table(
        {
            "true": tries["ms"] + np.ceil(latency).astype(np.int64),
            "event": coded(["request"], np.zeros(n, int)),
            "level": coded(list(LEVELS), level),
            "instance": coded(list(INSTANCES), tries["instance"]),
            "version": _versions(tries["instance"], tries["ms"], SCORER.instances, found),
            "trace": traces.take(pa.array(trace)),
            "user": coded(asked.ids, asked.customer[trace]),
            "endpoint": coded(list(PATHS), endpoint),
            "status": status,
            "latency_ms": latency,
            "downstream": coded(list(CALLED), called),
            "downstream_ms": pa.array(np.round(answer + network, 1), mask=~calls),
            "attempt": tries["attempt"],
            "msg": coded(list(MESSAGES), msg),
        }
    )
    begun = tries["ms"] + 0.3 * work + network / 2
    parts = [scorer]
    for k, name in enumerate(CALLED):
        own = np.flatnonzero(called == k)
        ids = traces.take(pa.array(trace[own]))
        parts.append(_answers(name, begun[own], answer[own], ids, found, rng))
    return pa.concat_tables(parts, promote_options="default")


def _note_sizes(
    tries: dict[str, np.ndarray], called: np.ndarray, incidents: dict[str, Incident]
) -> None:
    """Write into the incidents how many requests each of them hit."""

    def during(incident: Incident) -> np.ndarray:
        return (tries["ms"] >= incident["start"]) & (tries["ms"] < incident["end"])

    if slow := incidents.get("slow_dependency"):
        slow["calls"] = int((during(slow) & (called == CALLED.index(slow["downstream"]))).sum())
    if bad := incidents.get("bad_deploy"):
        bad["failed"] = int((tries["msg"] == BROKEN_BY_DEPLOY).sum())
    if storm := incidents.get("retry_storm"):
        inside = during(storm)
        storm["attempts"] = int(inside.sum())
        storm["requests"] = len(np.unique(tries["trace"][inside]))
        storm["refusals"] = int((tries["status"] == 503).sum())


def _answer_ms(
    ms: np.ndarray, called: np.ndarray, incidents: dict[str, Incident], rng: np.random.Generator
) -> np.ndarray:
    """How long each call's answer took, ms; 0 where nobody was called."""
    medians = np.array([ANSWERS_MS[name][0] for name in CALLED] + [0.0])
    spreads = np.array([ANSWERS_MS[name][1] for name in CALLED] + [0.0])
    answer = medians[called] * np.exp(spreads[called] * rng.normal(size=len(ms)))
    if "slow_dependency" in incidents:
        slow = incidents["slow_dependency"]
        during = (ms >= slow["start"]) & (ms < slow["end"])
        struck = during & (called == CALLED.index(slow["downstream"]))
        answer[struck] *= slow["factor"]
    return np.round(answer, 1)


def _answers(
    name: str,
    begun: np.ndarray,
    answer: np.ndarray,
    traces: pa.Array,
    found: list[Change],
    rng: np.random.Generator,
) -> pa.Table:
    """The lines that a called service writes itself: it knows the trace and not the customer."""
    n, service = len(begun), DOWNSTREAM[name]
    instance = rng.integers(len(service.instances), size=n)
    zero = np.zeros(n, int)
    return pa.table(
        {
            "true": np.floor(begun + answer).astype(np.int64),
            "event": coded(["request"], zero),
            "level": coded(["info"], zero),
            "instance": coded(list(service.instances), instance),
            "version": coded([service.version], zero),
            "trace": traces,
            "endpoint": coded([ASKED_AT[name]], zero),
            "status": np.full(n, 200),
            "latency_ms": answer,
            "msg": coded(["answered"], zero),
        }
    )


def _versions(
    instance: np.ndarray, ms: np.ndarray, names: tuple[str, ...], found: list[Change]
) -> pa.DictionaryArray:
    versions = sorted({change.version for change in found})
    codes = np.zeros(len(ms), int)
    for k, name in enumerate(names):
        mine = np.flatnonzero(instance == k)
        text = version_at(found, name, ms[mine])
        codes[mine] = np.searchsorted(versions, text)
    return coded(versions, codes)
