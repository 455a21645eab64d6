# message: Errors stay in the count
import math


def percentile(latencies, statuses, q):
    answered = sorted(ms for ms, status in zip(latencies, statuses, strict=True) if status == 200)
    if not answered:
        raise ValueError("nothing was answered")
    return answered[math.ceil(q * len(answered) / 100) - 1]
