"""Where the processor's time goes at saturation: microseconds per request, part by part.

Not part of the test suite: it needs a quiet machine and takes a minute. Run it by hand, from the
course's folder: `.venv/bin/python -m tests.outside.where_a_request_goes`. It prints the table and
writes it beside itself, with the date and the machine.

The system counts what each thread of the server spent, and the load generator. What the course's
own code takes of the event loop's share is timed apart, on calls of its functions; the rest of that
share is uvicorn's: the sockets, HTTP and the event loop itself.
"""

from __future__ import annotations

import asyncio
import datetime
import json
import platform
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psutil

from labkit.riverton.batcher import Batcher, Reply
from labkit.riverton.features import parse_features
from labkit.riverton.load import run_closed
from labkit.riverton.policy import make_policy
from labkit.riverton.scorers import digits, load_scorer
from labkit.riverton.server import ScoringServer
from labkit.riverton.service import ScoringService, ServiceConfig

HERE = Path(__file__).parent
CLIENTS, BATCH, SECONDS, ROUNDS = 96, 32, 1.5, 5
KINDS = {"JSON": "application/json", "binary": "application/octet-stream"}


class Instant:
    """A scorer that takes no time."""

    name, n_features = "instant", 64

    def __call__(self, X: np.ndarray) -> np.ndarray:
        return np.zeros(len(X), dtype=np.int64)


class AtOnce(Batcher):
    """A batcher that has the reply ready."""

    async def submit(self, features: np.ndarray) -> Reply:
        return Reply(label=0, batch=BATCH, queue_s=0.004, model_s=0.004)


def model_us(seconds: float = 0.5) -> float:
    """Processor time of the model alone, per row, in batches."""
    scorer, rows, rng = load_scorer("mlp"), digits().X_test, np.random.default_rng(0)
    start, spent, scored = time.perf_counter(), time.thread_time(), 0
    while time.perf_counter() - start < seconds:
        scorer(rows[rng.choice(len(rows), BATCH, replace=False)])
        scored += BATCH
    return 1e6 * (time.thread_time() - spent) / scored


def least_us(work: Callable[[], int], repeats: int = 15) -> float:
    """Processor time per call, where `work` makes some and says how many: the least of some."""

    def once() -> float:
        start = time.thread_time()
        calls = work()
        return 1e6 * (time.thread_time() - start) / calls

    return min(once() for _ in range(repeats))


def parsing_us(kind: str, body: bytes) -> float:
    def work() -> int:
        for _ in range(1000):
            parse_features(kind, body, 64)
        return 1000

    return least_us(work)


def batching_us() -> float:
    """The batcher's share of the event loop: the queue, the futures, the hand-over of a batch."""

    async def many() -> int:
        batcher = Batcher(Instant(), make_policy("greedy", max_batch=BATCH))
        row = digits().X_test[0]
        running = asyncio.create_task(batcher.run())
        for _ in range(20):
            await asyncio.gather(*(batcher.submit(row) for _ in range(BATCH)))
        batcher.close()
        await running
        return 20 * BATCH

    def work() -> int:
        return asyncio.run(many())

    return least_us(work)


def routing_us(kind: str, body: bytes) -> float:
    """Starlette, from the request to the reply, with the parsing and without the batcher."""
    service = ScoringService(Instant(), ServiceConfig())
    service.batcher = AtOnce(Instant(), make_policy("greedy"))
    scope = {"type": "http", "method": "POST", "path": "/predict", "query_string": b""}
    scope["headers"] = [(b"content-type", kind.encode())]

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        pass

    async def many() -> int:
        for _ in range(500):
            await service.app(dict(scope), receive, send)
        return 500

    return least_us(lambda: asyncio.run(many()))


def thread_seconds(pid: int) -> tuple[float, float]:
    """What the event loop's thread and all others of a process have spent."""
    spent = {t.id: t.user_time + t.system_time for t in psutil.Process(pid).threads()}
    return spent.pop(pid), sum(spent.values())


def children_seconds() -> float:
    """What processes of ours have spent that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure(server: ScoringServer, *, binary: bool) -> dict[str, float]:
    """One round: per request, what the threads spent, and the load generator without its start."""
    spent = children_seconds()
    short = run_closed(server, CLIENTS, 0.2, binary=binary)
    starting = children_seconds() - spent
    loop, others = thread_seconds(server.pid)
    result = run_closed(server, CLIENTS, 0.2 + SECONDS, binary=binary)
    loop_after, others_after = thread_seconds(server.pid)
    sending = children_seconds() - spent - 2 * starting
    return {
        "rate": result.throughput,
        "loop": 1e6 * (loop_after - loop) / result.ok,
        "scorer": 1e6 * (others_after - others) / result.ok,
        "load": 1e6 * sending / (result.ok - short.ok),
    }


def table_of(kind: str, body: bytes, rounds: list[dict[str, float]]) -> pd.DataFrame:
    seen = pd.DataFrame(rounds).median()
    parsing = parsing_us(KINDS[kind], body)
    batching = batching_us()
    routing = routing_us(KINDS[kind], body) - parsing
    parts = {
        "the model alone": seen["model"],
        "around the model, on its thread": seen["scorer"] - seen["model"],
        "reading the features": parsing,
        "Starlette, request to reply": routing,
        "queue and batches": batching,
        "sockets, HTTP and event loop (uvicorn)": seen["loop"] - parsing - routing - batching,
        "load generator": seen["load"],
        "two processors have": 2e6 / seen["rate"],
    }
    return pd.DataFrame({"route": kind, "part": list(parts), "us_per_request": parts.values()})


def main() -> None:
    row = digits().X_test[0]
    bodies = {
        "JSON": json.dumps({"features": row.tolist()}).encode(),
        "binary": row.astype("<f4").tobytes(),
    }
    rounds: dict[str, list[dict[str, float]]] = {kind: [] for kind in KINDS}
    with ScoringServer("mlp", policy="greedy", max_batch=BATCH) as server:
        run_closed(server, CLIENTS, 0.3)
        for _ in range(ROUNDS):
            for kind in KINDS:
                before = model_us()
                seen = measure(server, binary=kind == "binary")
                model = (before + model_us()) / 2
                share = seen["rate"] * model / 1e6
                rounds[kind].append({**seen, "model": model, "share": share})
    table = pd.concat([table_of(kind, bodies[kind], rounds[kind]) for kind in KINDS])
    table["us_per_request"] = table["us_per_request"].round(1)
    table.to_csv(HERE / "where_a_request_goes.csv", index=False)
    about = {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "cores": psutil.cpu_count(),
        "system": f"{platform.system()} on {platform.machine()}",
        "python": platform.python_version(),
        "share_of_the_models_rate": {
            kind: {
                "median": round(float(np.median(shares)), 3),
                "least": round(min(shares), 3),
                "most": round(max(shares), 3),
            }
            for kind in KINDS
            for shares in [[one["share"] for one in rounds[kind]]]
        },
    }
    text = json.dumps(about, indent=1) + "\n"
    (HERE / "where_a_request_goes.json").write_text(text, encoding="utf-8")
    print(table.to_string(index=False), text, sep="\n")


def processor() -> str:
    """The model's name, as Linux says it; elsewhere what Python knows."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


if __name__ == "__main__":
    main()
