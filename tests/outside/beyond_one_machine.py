"""One question to a log of up to 50 million requests, on pandas, DuckDB, dask and Spark.

Not part of the test suite: it takes minutes, 2 GB of disk and the memory of the machine. Run it by
hand, from the course's folder: `.venv/bin/python -m tests.outside.beyond_one_machine`. Where
pyspark and Java 17 are installed, Spark is measured as well. The lesson 02/08 shows what it writes,
with the machine and the date that stand beside it.
"""

from __future__ import annotations

import datetime
import importlib.metadata
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import psutil

from labkit import cluster
from labkit.logs import hourly
from labkit.riverton.log_simulator import simulate

HERE = Path(__file__).parent
COPIES = [0, 1, 3, 10, 50]
"""Times three days of a million lines; 0 is the busiest of its files."""
WAYS = {
    "pandas": hourly.by_pandas,
    "pandas, file by file": hourly.by_pandas_parts,
    "DuckDB": hourly.by_duckdb,
}


def check_counts(table: pd.DataFrame, copies: int, one: pd.DataFrame | None) -> None:
    """Raises AssertionError unless the table is so many times that of one copy."""
    if one is not None and copies > 0:
        counts = hourly.alike(table)[["requests", "errors"]]
        assert counts.equals(one[["requests", "errors"]] * copies), "the counts are not equal"


def measure_way(
    measured: Callable[..., cluster.Measured], way: str, folder: Path, repeats: int, fits: bool
) -> cluster.Measured | None:
    """The quickest of some calls; None where its memory would not fit."""
    if not fits:
        return None
    return min((measured(WAYS[way], folder) for _ in range(repeats)), key=lambda m: m.seconds)


def main() -> None:
    rows: list[dict] = []
    with tempfile.TemporaryDirectory(prefix="beyond-") as name:
        root = Path(name)
        log = simulate(lines=1_000_000, seed=8).frame
        requests = log[log["event"] == "request"].dropna(axis=1, how="all").reset_index(drop=True)
        hours = requests["ts"].dt.floor("3h")
        busiest = requests[hours == hours.mode()[0]]
        one = hourly.alike(hourly.table_of(requests.assign(ts=requests["ts"].dt.tz_localize(None))))
        client = cluster.start(folder=root / "workers")
        session = cluster.start_spark()
        needs: dict[str, float] = {}  # MB per line, from the size before
        for copies in COPIES:
            folder = root / f"log-{copies}"
            files = hourly.write_parts(busiest if copies == 0 else requests, folder, max(copies, 1))
            lines = len(busiest) if copies == 0 else copies * len(requests)
            disk = sum(file.stat().st_size for file in files)
            repeats = 3 if copies <= 3 else 2

            about = {"lines": lines, "files": len(files), "disk_mb": round(disk / 1e6)}
            found: dict[str, cluster.Measured | None] = {}
            for way in WAYS:
                room = psutil.virtual_memory().available / 1e6 / 2
                with cluster.alone() as measured:
                    measured(WAYS[way], root / "log-0")  # what is imported and set up once
                    fits = copies <= 3 or needs[way] * lines < room
                    found[way] = measure_way(measured, way, folder, repeats, fits)
            pids = list(cluster.workers(client).values())
            hourly.by_dask(root / "log-0")
            runs = [cluster.measure(hourly.by_dask, folder, pids=pids) for _ in range(repeats)]
            found["dask, 2 workers"] = min(runs, key=lambda m: m.seconds)
            if session is not None:
                java = [c.pid for c in psutil.Process().children(True) if "java" in c.name()]
                hourly.by_spark(root / "log-0", session)
                runs = [
                    cluster.measure(hourly.by_spark, folder, session, pids=java)
                    for _ in range(repeats)
                ]
                found["Spark, 2 threads"] = min(runs, key=lambda m: m.seconds)
            for way, got in found.items():
                if got is None:
                    would = {"would_need_mb": round(needs[way] * lines)}
                else:
                    check_counts(got.result, copies, one)
                    needs[way] = got.peak_mb / lines
                    would = {"seconds": round(got.seconds, 3), "peak_mb": round(got.peak_mb)}
                rows.append({"way": way, **about, **would, "load": round(os.getloadavg()[0], 1)})
                print(rows[-1], flush=True)
            if copies:
                shutil.rmtree(folder)
        if session is not None:
            session.stop()
        cluster.stop(client)
    pd.DataFrame(rows).to_csv(HERE / "beyond_one_machine.csv", index=False)
    packages = ["pandas", "duckdb", "dask", "distributed", "pyarrow", "pyspark"]
    about = {
        "date": f"{datetime.date.today():%Y-%m-%d}",
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "system": f"{platform.system()} on {platform.machine()}",
        "python": platform.python_version(),
        "versions": {name: version(name) for name in packages},
    }
    (HERE / "beyond_one_machine.json").write_text(json.dumps(about, indent=1) + "\n")


def version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


if __name__ == "__main__":
    main()
