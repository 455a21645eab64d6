"""The batching server under a virtual clock: what the real one does, without its noise."""

import itertools
import math
from collections.abc import Callable

import numpy as np
import pandas as pd

from labkit.riverton.policy import Policy


def simulate(
    arrivals: np.ndarray, service_s: Callable[[int], float], policy: Policy
) -> pd.DataFrame:
    """Serve `arrivals` (seconds, ascending) one batch at a time, a batch of b in `service_s(b)` s.

    Returns a row per request: `arrival_s`, `start_s`, `finish_s`, `latency_ms` and `batch`, the
    size of the batch it was served in. Those for whom a batch never starts (the "full" policy,
    at the end) have infinite times and batch 0. Exact and deterministic: a request that arrives at
    the very moment a batch starts belongs to it.
    """
    times = [float(t) for t in arrivals]
    if any(later < earlier for earlier, later in itertools.pairwise(times)):
        raise ValueError("arrivals must be in ascending order")
    times.append(math.inf)  # nobody else comes
    start = np.full(len(arrivals), math.inf)
    finish = np.full(len(arrivals), math.inf)
    size = np.zeros(len(arrivals), dtype=np.int64)

    first = last = 0  # the queue: times[first:last]
    free = -math.inf  # when the server is done with the batch before
    while first < len(arrivals):
        now = max(free, times[first])
        while True:
            while times[last] <= now:
                last += 1
            ready = policy.ready_at(last - first, times[first])
            if ready <= now or ready == times[last] == math.inf:
                break
            now = min(ready, times[last])
        if ready == math.inf:
            break
        batch = slice(first, min(last, first + policy.max_batch))
        first = batch.stop
        size[batch] = batch.stop - batch.start
        free = now + service_s(batch.stop - batch.start)
        start[batch], finish[batch] = now, free
    return pd.DataFrame(
        {
            "arrival_s": times[:-1],
            "start_s": start,
            "finish_s": finish,
            "latency_ms": 1e3 * (finish - np.array(times[:-1])),
            "batch": size,
        }
    )
