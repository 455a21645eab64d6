"""Batch jobs and training runs: one line each when they are done."""

import numpy as np
import pyarrow as pa

from labkit.riverton.log_simulator.columns import coded, words
from labkit.riverton.log_simulator.incidents import Incident
from labkit.riverton.log_simulator.place import AUC, DAY, HOUR, JOBS, MINUTE, SCHEDULER, Job


def runs(incidents: dict[str, Incident], days: int, rng: np.random.Generator) -> pa.Table:
    """The lines of all jobs' runs."""
    return pa.concat_tables(
        [_lines(job, incidents, days, rng) for job in JOBS], promote_options="default"
    )


def begins(job: Job, run: int) -> int:
    """When a run begins, ms since START: its hour, some minutes past."""
    return run * job.every_hours * HOUR + (7 + 4 * JOBS.index(job)) * MINUTE


def _lines(
    job: Job, incidents: dict[str, Incident], days: int, rng: np.random.Generator
) -> pa.Table:
    n = days * DAY // (job.every_hours * HOUR)
    read = np.round(job.rows * np.exp(rng.normal(0, 0.05, n))).astype(np.int64)
    written = np.round(read * rng.uniform(0.985, 1.0, n)).astype(np.int64)
    seconds = np.round(job.seconds * np.exp(rng.normal(0, 0.08, n)), 1)
    level, msg = np.zeros(n, int), np.zeros(n, int)
    said = ["done", "failed: could not connect to the warehouse, gave up after 3 tries"]
    for kind in ("failed_job", "silent_job"):
        if kind in incidents and incidents[kind]["job"] == job.name:
            run = incidents[kind]["run"]
            written[run] = int(read[run] * incidents[kind]["written_share"])
            if kind == "failed_job":
                level[run], msg[run] = 1, 1
    started = np.array([begins(job, run) for run in range(n)], np.int64)
    table = {
        "true": started + (1000 * seconds).astype(np.int64),
        "event": coded([job.event], np.zeros(n, int)),
        "level": coded(["info", "error"], level),
        "instance": words([SCHEDULER] * n),
        "job": words([job.name] * n),
        "rows_read": read,
        "seconds": seconds,
        "msg": coded(said, msg),
    }
    if job.event == "training":
        return pa.table(table | {"auc": _aucs(job, n, incidents, rng)})
    return pa.table(table | {"rows_written": written})


def _aucs(job: Job, n: int, incidents: dict[str, Incident], rng: np.random.Generator) -> np.ndarray:
    auc = rng.normal(AUC, 0.003, n)
    if "auc_drift" in incidents:
        first, lost = incidents["auc_drift"]["run"], incidents["auc_drift"]["auc_lost"]
        auc -= lost * np.clip((np.arange(n) - first) / (n - 1 - first), 0, 1)
    return np.round(auc, 4)
