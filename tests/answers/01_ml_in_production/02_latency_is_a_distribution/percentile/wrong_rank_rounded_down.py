# message: rank 9.9 is rounded up to 10
def percentile(latencies, statuses, q):
    counted = sorted(
        ms if status == 200 else math.inf for ms, status in zip(latencies, statuses, strict=True)
    )
    if not counted:
        raise ValueError("no requests")
    return counted[max(1, int(q * len(counted) / 100)) - 1]
