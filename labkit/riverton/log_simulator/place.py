"""The little world that the simulated log is written in: who runs, what is asked, what it costs.

Made up, like all of Riverton. Times are milliseconds since START.
"""

from dataclasses import dataclass

import numpy as np

from labkit.riverton.applications import START

__all__ = ["START"]

SECOND, MINUTE, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000


@dataclass(frozen=True)
class Service:
    """A service: its instances, the version that it starts with, the packages, the memory, MB."""

    name: str
    instances: tuple[str, ...]
    version: str
    packages: dict[str, str]
    rss_mb: float


@dataclass(frozen=True)
class Endpoint:
    """A path: its share of requests, own work (median, ms), who it calls and how often it fails."""

    path: str
    share: float
    work_ms: float
    downstream: str | None
    fails: float


@dataclass(frozen=True)
class Job:
    """A batch job or a training run: how often it runs, the rows that it reads, its time, s."""

    name: str
    event: str
    every_hours: int
    rows: int
    seconds: float


_SCORER_PACKAGES = {
    "numpy": "2.2.1",
    "onnxruntime": "1.20.1",
    "orjson": "3.10.12",
    "starlette": "0.41.3",
    "uvicorn": "0.34.0",
}
SCORER = Service(
    "scorer", ("scorer-1", "scorer-2", "scorer-3", "scorer-4"), "2.4.0", _SCORER_PACKAGES, 420.0
)
BUREAU = Service(
    "bureau", ("bureau-1", "bureau-2"), "1.8.2", {"fastapi": "0.115.6", "psycopg": "3.2.3"}, 260.0
)
LEDGER = Service("ledger", ("ledger-1",), "3.0.1", {"sqlalchemy": "2.0.36"}, 180.0)
SERVICES = (SCORER, BUREAU, LEDGER)
INSTANCES = tuple(name for service in SERVICES for name in service.instances)
DOWNSTREAM = {"bureau": BUREAU, "ledger": LEDGER}
ANSWERS_MS = {"bureau": (24.0, 0.45), "ledger": (9.0, 0.40)}
"""Of each service that is called: median, ms, and the standard deviation of its logarithm."""
ASKED_AT = {"bureau": "/report", "ledger": "/book"}
"""The path at which each of them is called."""

ENDPOINTS = (
    Endpoint("/predict", 0.35, 12.0, "bureau", 0.015),
    Endpoint("/quote", 0.20, 8.0, "bureau", 0.010),
    Endpoint("/limit", 0.25, 4.0, None, 0.001),
    Endpoint("/pay", 0.20, 6.0, "ledger", 0.001),
)
PATHS = tuple(endpoint.path for endpoint in ENDPOINTS)

JOBS = (
    Job("settle-payments", "batch_job", 1, 40_000, 90.0),
    Job("refresh-features", "batch_job", 2, 200_000, 240.0),
    Job("send-reminders", "batch_job", 6, 9_000, 45.0),
    Job("train-credit-model", "training", 3, 150_000, 610.0),
)
SCHEDULER = "scheduler-1"
AUC = 0.80


def load_at(ms: np.ndarray, tidal: bool) -> np.ndarray:
    """The load at times since START, 1 on average over a day: few at night, most in the evening."""
    if not tidal:
        return np.ones(len(ms))
    return 1 + 0.9 * np.sin((np.floor(ms / HOUR) % 24 - 11.5) * 2 * np.pi / 24)
