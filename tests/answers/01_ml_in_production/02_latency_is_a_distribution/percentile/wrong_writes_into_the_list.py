# message: After the call the caller's lists are
import math


def percentile(latencies, statuses, q):
    if len(latencies) == 0:
        raise ValueError("no requests")
    for i, status in enumerate(statuses):
        if status != 200:
            latencies[i] = math.inf
    return sorted(latencies)[math.ceil(q * len(latencies) / 100) - 1]
