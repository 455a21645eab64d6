# message: expected 50, the fifth of ten
def percentile(latencies, statuses, q):
    counted = sorted(
        ms if status == 200 else math.inf for ms, status in zip(latencies, statuses, strict=True)
    )
    if not counted:
        raise ValueError("no requests")
    return counted[min(int(q * len(counted) / 100), len(counted) - 1)]
