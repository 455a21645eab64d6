"""How long a scorer takes for a batch of b rows: S(b)."""

import time
from collections.abc import Iterable

import numpy as np
import pandas as pd

from labkit.riverton.scorers import Scorer, digits

SAMPLE_S = 0.02


def batch_curve(
    scorer: Scorer,
    sizes: Iterable[int] = (1, 2, 4, 8, 16, 32, 64, 128),
    *,
    rng: np.random.Generator,
    repeats: int = 9,
) -> pd.DataFrame:
    """Measure S(b), the time that `scorer` takes for a batch of b rows.

    Returns one row per size: `batch`, `batch_ms` (the least of `repeats` samples), `row_ms` (that
    divided by b) and `gain` (how many times cheaper a row is than in a batch of one).

    The clock is the processor time of this thread, so other programs disturb it little; and what
    they do to the caches only ever adds to a call, so that the least of several tells most. It sees
    the scorer's work only because all three work on the thread that calls them. A sample is the
    mean of as many calls as fill 20 ms: a single short call could meet a lucky moment that no long
    one meets. Each call gets rows drawn anew: a repeated row would stay in the caches and flatter
    the model. The sizes take turns, so that a slow moment of the machine falls on all of them.
    """
    sizes = sorted({1, *sizes})
    X = digits().X_test

    def sample(b: int) -> float:
        spent, calls = 0.0, 0
        while spent < SAMPLE_S:
            batch = X[rng.choice(len(X), size=b, replace=b > len(X))]
            start = time.thread_time()
            scorer(batch)
            spent += time.thread_time() - start
            calls += 1
        return spent / calls

    rounds = [{b: sample(b) for b in sizes} for _ in range(repeats + 1)]
    seconds = {b: [one[b] for one in rounds[1:]] for b in sizes}  # the first warms up
    least_ms = np.array([1e3 * min(seconds[b]) for b in sizes])
    row_ms = least_ms / sizes
    return pd.DataFrame(
        {"batch": sizes, "batch_ms": least_ms, "row_ms": row_ms, "gain": row_ms[0] / row_ms}
    )
