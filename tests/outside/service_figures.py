"""The load generator beside an outside one, and the service at saturation beside its model alone.

Not part of the test suite: it needs h2load (on Debian: apt install nghttp2-client) and a quiet
machine. Run it by hand, with the Python in .venv: python tests/outside/service_figures.py
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from labkit.riverton.load import run_closed, run_load, uniform_schedule
from labkit.riverton.scorers import digits, load_scorer
from labkit.riverton.server import ScoringServer

RATE, SECONDS, PAIRS = 100, 1.0, 16


def h2load(server: ScoringServer, body: Path, log: Path) -> np.ndarray:
    """Latencies (ms) as h2load measures them: HTTP/1.1, one connection, a constant rate."""
    log.unlink(missing_ok=True)
    command = ["h2load", "--h1", "-n", str(int(RATE * SECONDS)), "-c", "1", f"--rps={RATE}"]
    command += ["-d", str(body), "-H", "content-type: application/json", f"--log-file={log}"]
    subprocess.run([*command, f"{server.url}/predict"], stdout=subprocess.DEVNULL, check=True)
    _, status, microseconds = np.loadtxt(log, usecols=(0, 1, 2)).T
    assert (status == 200).all(), "h2load was refused"
    return microseconds / 1e3


def compare_generators(policy: str, folder: Path) -> float:
    """Our median over h2load's, from alternating slices of the same load, pooled."""
    row = digits().X_test[:1]
    body, log = folder / "body.json", folder / "h2load.log"
    body.write_text(json.dumps({"features": row[0].tolist()}), encoding="utf-8")
    ours, theirs = [], []
    with ScoringServer("mlp", policy=policy) as server:
        run_load(server, uniform_schedule(RATE, SECONDS), rows=row)
        for pair in range(PAIRS):
            if pair % 2:
                theirs.append(h2load(server, body, log))
            ours.append(run_load(server, uniform_schedule(RATE, SECONDS), rows=row).served_ms)
            if not pair % 2:
                theirs.append(h2load(server, body, log))
    return float(np.median(np.concatenate(ours)) / np.median(np.concatenate(theirs)))


def model_alone(seconds: float = 1.0) -> float:
    """Rows per second of the model itself, on the wall clock, in batches of 32."""
    scorer, rows, rng = load_scorer("mlp"), digits().X_test, np.random.default_rng(0)
    start, scored = time.perf_counter(), 0
    while time.perf_counter() - start < seconds:
        scorer(rows[rng.choice(len(rows), 32, replace=False)])
        scored += 32
    return scored / (time.perf_counter() - start)


def saturation(*, binary: bool, rounds: int = 8) -> np.ndarray:
    """Served rate over the model's own, measured before and after, once for each round."""
    ratios = []
    with ScoringServer("mlp", policy="greedy", max_batch=32) as server:
        run_closed(server, clients=96, seconds=0.3)
        for _ in range(rounds):
            before = model_alone()
            served = run_closed(server, clients=96, seconds=1.5, binary=binary).throughput
            ratios.append(served / ((before + model_alone()) / 2))
    return np.array(ratios)


def main() -> None:
    if not shutil.which("h2load"):
        sys.exit("h2load is not installed; on Debian: apt install nghttp2-client")
    with tempfile.TemporaryDirectory() as folder:
        for policy in ("off", "greedy"):
            ratio = compare_generators(policy, Path(folder))
            print(f"median latency, ours over h2load's, {policy}: {ratio:.3f}")
    for binary in (False, True):
        ratios = saturation(binary=binary)
        route = "binary" if binary else "JSON"
        print(
            f"served at saturation over the model alone, {route}: median {np.median(ratios):.2f}, "
            f"{ratios.min():.2f} to {ratios.max():.2f}"
        )


if __name__ == "__main__":
    main()
