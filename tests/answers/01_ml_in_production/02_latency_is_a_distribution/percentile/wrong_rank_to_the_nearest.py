# message: rank 9.1 is rounded up
import math


def percentile(latencies, statuses, q):
    if len(latencies) == 0:
        raise ValueError("no requests")
    pairs = zip(latencies, statuses, strict=True)
    counted = sorted(ms if status == 200 else math.inf for ms, status in pairs)
    return counted[max(1, math.floor(q * len(counted) / 100 + 0.5)) - 1]
