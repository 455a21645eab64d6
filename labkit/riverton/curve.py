"""How long a scorer takes for a batch of b rows: S(b)."""

import time
from collections.abc import Iterable

import numpy as np
import pandas as pd

from labkit.riverton.scorers import Scorer, digits


def batch_curve(
    scorer: Scorer,
    sizes: Iterable[int] = (1, 2, 4, 8, 16, 32, 64, 128),
    *,
    rng: np.random.Generator,
    repeats: int = 25,
) -> pd.DataFrame:
    """Measure S(b), the time that `scorer` takes for a batch of b rows.

    Returns one row per size: `batch`, `batch_ms` (the least of `repeats` calls), `row_ms` (that
    divided by b) and `gain` (how many times cheaper a row is than in a batch of one).

    The clock is the processor time of this thread, so other programs disturb it little; and what
    they do to the caches only ever adds to a call, so that the least of several tells most. It sees
    the scorer's work only because all three work on the thread that calls them. Each call gets
    rows drawn anew: a repeated row would stay in the caches and flatter the model. The sizes take
    turns, so that a slow moment of the machine falls on all of them.
    """
    sizes = sorted({1, *sizes})
    X = digits().X_test
    seconds: dict[int, list[float]] = {b: [] for b in sizes}
    for repeat in range(repeats + 1):
        for b in sizes:
            batch = X[rng.choice(len(X), size=b, replace=b > len(X))]
            start = time.thread_time()
            scorer(batch)
            if repeat:  # the first call of each size warms up
                seconds[b].append(time.thread_time() - start)
    least_ms = np.array([1e3 * min(seconds[b]) for b in sizes])
    row_ms = least_ms / sizes
    return pd.DataFrame(
        {"batch": sizes, "batch_ms": least_ms, "row_ms": row_ms, "gain": row_ms[0] / row_ms}
    )
