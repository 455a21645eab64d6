# message: With a status 204 among four
import math


def percentile(latencies, statuses, q):
    if len(latencies) == 0:
        raise ValueError("no requests")
    pairs = zip(latencies, statuses, strict=True)
    counted = sorted(ms if 200 <= status < 300 else math.inf for ms, status in pairs)
    return counted[math.ceil(q * len(counted) / 100) - 1]
