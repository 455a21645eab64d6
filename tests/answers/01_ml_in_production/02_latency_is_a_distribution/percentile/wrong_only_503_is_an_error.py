# message: With two errors among five the p80
def percentile(latencies, statuses, q):
    if not latencies:
        raise ValueError("no requests")
    counted = sorted(
        math.inf if status == 503 or ms != ms else ms
        for ms, status in zip(latencies, statuses, strict=True)
    )
    return counted[math.ceil(q * len(counted) / 100) - 1]
