"""The local cluster, the memory of a call in a process of its own, and the table by hour."""

import os
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import psutil
import pytest

from labkit import ROOT, cluster
from labkit.logs import hourly


def made_up(n: int = 4_000) -> pd.DataFrame:
    rng = np.random.default_rng(5)
    begins = pd.Timestamp("2026-03-02T05:00", tz="UTC")
    return pd.DataFrame(
        {
            "ts": begins + pd.to_timedelta(np.sort(rng.integers(0, 9 * 3600, n)), unit="s"),
            "endpoint": rng.choice(["/predict", "/pay"], n),
            "status": rng.choice([200, 422, 500, 503], n, p=[0.9, 0.05, 0.03, 0.02]),
            "latency_ms": np.round(np.exp(rng.normal(3, 0.8, n)) + 0.1, 1),
            "trace": [f"{i:08x}" for i in range(n)],
        }
    )


@pytest.fixture(scope="module")
def requests():
    return made_up()


@pytest.fixture(scope="module")
def folder(requests, tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    hourly.write_parts(requests, folder)
    return folder


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    client = cluster.start(workers=2, folder=tmp_path_factory.mktemp("workers"))
    yield client
    pids = list(cluster.workers(client).values())
    cluster.stop(client)
    assert not any(psutil.pid_exists(pid) for pid in pids)


def test_parts_hold_every_request_once(requests, folder):
    paths = sorted(folder.glob("*.parquet"))
    assert len(paths) == 4  # 3-6, 6-9, 9-12, 12-15 o'clock
    traces = pd.concat([pd.read_parquet(path) for path in paths])["trace"]
    assert sorted(traces) == sorted(requests["trace"])


def test_copies_multiply_every_count(requests, folder, tmp_path):
    hourly.write_parts(requests, tmp_path, copies=3)
    once, thrice = (hourly.alike(hourly.by_duckdb(where)) for where in (folder, tmp_path))
    assert thrice[["requests", "errors"]].equals(3 * once[["requests", "errors"]])


@pytest.mark.parametrize("way", ["by_pandas_parts", "by_duckdb", "by_dask"])
def test_every_way_counts_the_same(client, folder, way):
    expected = hourly.alike(hourly.by_pandas(folder))
    table = hourly.alike(getattr(hourly, way)(folder))
    assert table[["requests", "errors"]].equals(expected[["requests", "errors"]])
    np.testing.assert_allclose(table["ms"], expected["ms"], rtol=1e-12)


def test_the_table_is_what_a_loop_counts(requests, folder):
    seen = hourly.by_endpoint_and_hour(hourly.by_pandas(folder))
    for (endpoint, hour), row in seen.iterrows():
        there = requests[
            (requests["endpoint"] == endpoint)
            & (requests["ts"].dt.tz_localize(None).dt.floor("h") == hour)
        ]
        assert row["requests"] == len(there)
        assert row["errors"] == (there["status"] >= 500).sum()
        assert row["mean_ms"] == pytest.approx(there["latency_ms"].mean())
        exact = np.sort(there["latency_ms"])[int(np.ceil(0.99 * len(there))) - 1]
        assert row["p99_ms"] == pytest.approx(exact, rel=hourly.GROWTH**0.5 - 1 + 1e-9)


def test_workers_are_processes_on_loopback(client):
    pids = cluster.workers(client)
    assert len(pids) == 2
    assert all(address.startswith("tcp://127.0.0.1:") for address in pids)
    assert psutil.Process().pid not in pids.values()
    listening = [
        (connection.laddr.ip, connection.laddr.port)
        for pid in (psutil.Process().pid, *pids.values())
        for connection in psutil.Process(pid).net_connections("tcp")
        if connection.status == "LISTEN"
    ]
    assert len(listening) >= 3
    assert {ip for ip, _ in listening} <= {"127.0.0.1", "::1"}
    assert 8787 not in {port for _, port in listening}


def test_bytes_that_move_are_counted(client):
    here, there = cluster.workers(client)
    before = cluster.bytes_moved(client)
    block = client.submit(np.zeros, 100_000, workers=[here], pure=False)
    size = client.submit(len, block, workers=[there], allow_other_workers=False, pure=False)
    assert size.result() == 100_000
    assert 800_000 <= cluster.bytes_moved(client) - before < 900_000


def test_the_peak_is_seen_though_it_is_given_back():
    with cluster.alone() as measured:
        got = measured(_hold, 200)
    assert got.result == 200
    assert 150 < got.added_mb < 400
    assert got.seconds > 0


def _hold(megabytes: int) -> int:
    block = np.ones(megabytes * 1_000_000, np.uint8)
    time.sleep(0.1)
    return int(block.nbytes // 1_000_000)


def test_all_processes_end_with_one_that_is_killed(tmp_path):
    script = tmp_path / "holds_a_cluster.py"
    script.write_text(
        "import time, psutil\n"
        "from labkit import cluster\n"
        "def main():\n"
        f"    client = cluster.start(folder={str(tmp_path)!r})\n"
        "    with cluster.alone() as measured:\n"
        "        measured(time.sleep, 0)\n"
        "        print(*[c.pid for c in psutil.Process().children(True)], flush=True)\n"
        "        time.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    main()\n"
    )
    holder = subprocess.Popen(
        [sys.executable, script],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert holder.stdout is not None
    pids = [int(pid) for pid in holder.stdout.readline().split()]
    holder.kill()
    holder.wait()
    assert len(pids) >= 3
    deadline = time.monotonic() + 20
    while any(map(_runs, pids)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in pids if _runs(pid)]


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
