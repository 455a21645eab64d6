# message: both errors, you give a ValueError
import math


def percentile(latencies, statuses, q):
    if 200 not in statuses:
        raise ValueError("no answers")
    pairs = zip(latencies, statuses, strict=True)
    counted = sorted(ms if status == 200 else math.inf for ms, status in pairs)
    return counted[math.ceil(q * len(counted) / 100) - 1]
