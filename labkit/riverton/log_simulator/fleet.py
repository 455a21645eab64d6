"""What runs when: versions, starts and stops of every instance, its memory and its processor."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from labkit.riverton.log_simulator.columns import coded, words
from labkit.riverton.log_simulator.incidents import Incident
from labkit.riverton.log_simulator.place import (
    DAY,
    HOUR,
    MINUTE,
    SCORER,
    SECOND,
    SERVICES,
    load_at,
)

DOWN_MS = 25 * SECOND
"""How long a restart takes."""


@dataclass(frozen=True)
class Change:
    """An instance comes up with a version at `up`, having gone down at `down`; why, in words."""

    instance: str
    down: int
    up: int
    version: str
    packages: dict[str, str]
    why: str
    deploys: bool = False


def changes(incidents: dict[str, Incident], days: int, rng: np.random.Generator) -> list[Change]:
    """All starts of all instances, in order; the first of each has ``down`` below zero.

    Even a healthy log holds one rolling deploy, on its first morning, that does no harm.
    """
    found = []
    for service in SERVICES:
        for k, name in enumerate(service.instances):
            found.append(Change(name, -1, k * 150, service.version, service.packages, "started"))
    start = int(rng.uniform(6, 9) * HOUR)
    patched = SCORER.packages | {"uvicorn": "0.34.1"}
    for k, name in enumerate(SCORER.instances):
        down = start + 5 * k * MINUTE
        why = "deploy of 2.4.1"
        found.append(Change(name, down, down + DOWN_MS, "2.4.1", patched, why, True))
    found += _canary(incidents, patched) + _restarts(incidents, patched)
    return sorted(found, key=lambda change: (change.up, change.instance))


def _canary(incidents: dict[str, Incident], packages: dict[str, str]) -> list[Change]:
    if "bad_deploy" not in incidents:
        return []
    bad = incidents["bad_deploy"]
    name, new = bad["instance"], packages | {bad["package"]: bad["package_to"]}
    to, back = f"deploy of {bad['version']}", "back to 2.4.1"
    start, end = bad["start"], bad["end"]
    return [
        Change(name, start, start + DOWN_MS, bad["version"], new, to, True),
        Change(name, end, end + DOWN_MS, "2.4.1", packages, back, True),
    ]


def _restarts(incidents: dict[str, Incident], packages: dict[str, str]) -> list[Change]:
    found = []
    if "memory_leak" in incidents:
        leak = incidents["memory_leak"]
        down, why = leak["end"], "restarted by hand"
        found.append(Change(leak["instance"], down, down + DOWN_MS, "2.4.1", packages, why))
    if "flapping_instance" in incidents:
        flapping = incidents["flapping_instance"]
        for down in flapping["stops"]:
            why = "exit code 139"
            up = down + 2 * DOWN_MS
            found.append(Change(flapping["instance"], down, up, "2.4.1", packages, why))
    return found


def version_at(found: list[Change], instance: str, ms: np.ndarray) -> np.ndarray:
    """Which version each moment's instance runs, as text."""
    own = [change for change in found if change.instance == instance]
    starts = np.array([change.up for change in own])
    which = np.searchsorted(starts, ms, side="right") - 1
    return np.array([change.version for change in own])[np.maximum(which, 0)]


def lifecycle(found: list[Change]) -> pa.Table:
    """The lines of event deploy, instance_stop and instance_start, with what each start runs."""
    rows = []
    for change in found:
        listed = ",".join(f"{name}={v}" for name, v in change.packages.items())
        crashed = change.why.startswith("exit")
        if change.deploys:
            about = (change.version, listed, change.why, "info")
            rows.append((change.down - 2 * SECOND, "deploy", change.instance, *about))
        if change.down >= 0:
            level = "error" if crashed else "info"
            old = str(version_at(found, change.instance, np.array([change.down - 1]))[0])
            about = (old, None, change.why if crashed else "stopped", level)
            rows.append((change.down, "instance_stop", change.instance, *about))
        about = (change.version, listed, "ready", "info")
        rows.append((change.up, "instance_start", change.instance, *about))
    true, event, instance, version, listed, msg, level = zip(*rows, strict=True)
    return pa.table(
        {
            "true": np.array(true, np.int64),
            "event": words(event),
            "instance": words(instance),
            "version": words(version),
            "packages": words(listed),
            "msg": words(msg),
            "level": words(level),
        }
    )


def resources(
    found: list[Change],
    incidents: dict[str, Incident],
    days: int,
    every_ms: int,
    rng: np.random.Generator,
) -> pa.Table:
    """The lines of event resource: memory and processor of each instance that is up."""
    parts = []
    for service in SERVICES:
        for k, name in enumerate(service.instances):
            ms = np.arange(every_ms // (k + 2), days * DAY, every_ms)
            ms = ms[is_up(found, name, ms)]
            rss, cpu = _measured(found, incidents, service.rss_mb, name, ms, rng)
            parts.append(
                pa.table(
                    {
                        "true": ms,
                        "event": coded(["resource"], np.zeros(len(ms), int)),
                        "level": coded(["info"], np.zeros(len(ms), int)),
                        "instance": coded([name], np.zeros(len(ms), int)),
                        "version": words(version_at(found, name, ms)),
                        "rss_mb": rss,
                        "cpu": cpu,
                    }
                )
            )
    return pa.concat_tables(parts)


def is_up(found: list[Change], instance: str, ms: np.ndarray) -> np.ndarray:
    """Whether the instance is up at each moment."""
    up = np.ones(len(ms), bool)
    for change in found:
        if change.instance == instance:
            up &= ~((ms >= change.down) & (ms < change.up))
    return up


def _measured(
    found: list[Change],
    incidents: dict[str, Incident],
    base_mb: float,
    name: str,
    ms: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    starts = np.array([change.up for change in found if change.instance == name])
    alive = ms - starts[np.maximum(np.searchsorted(starts, ms, side="right") - 1, 0)]
    load = load_at(ms, "tidal_load" in incidents)
    warm = 1 - np.exp(-alive / (10 * MINUTE))
    rss = base_mb * (0.75 + 0.17 * warm + 0.08 * load * warm) + _wander(len(ms), rng)
    leak = incidents.get("memory_leak")
    if leak and leak["instance"] == name:
        leaking = np.clip(np.minimum(ms, leak["end"]) - leak["start"], 0, None) / HOUR
        rss += leak["mb_per_hour"] * np.where(ms < leak["end"], leaking, 0)
    cpu = np.clip(0.04 + 0.22 * load * np.exp(rng.normal(0, 0.25, len(ms))), 0, 1)
    return np.round(rss, 1), np.round(cpu, 3)


def _wander(n: int, rng: np.random.Generator, keeps: float = 0.9, sd: float = 4.0) -> np.ndarray:
    """What comes and goes: each value is close to the one before; standard deviation sd, MB."""
    weights = keeps ** np.arange(60)
    fresh = rng.normal(0, sd * np.sqrt(1 - keeps**2), n + len(weights) - 1)
    return np.convolve(fresh, weights, "valid")
