# message: the refusal was fast and counts as the slowest
import math


def percentile(latencies, statuses, q):
    if not latencies:
        raise ValueError("no requests")
    return sorted(latencies)[math.ceil(q * len(latencies) / 100) - 1]
