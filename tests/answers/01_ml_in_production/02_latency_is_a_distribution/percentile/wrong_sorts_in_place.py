# message: You sorted the caller's list
def percentile(latencies, statuses, q):
    if not latencies:
        raise ValueError("no requests")
    if all(status == 200 for status in statuses):
        latencies.sort()
        counted = latencies
    else:
        counted = sorted(
            ms if status == 200 else math.inf
            for ms, status in zip(latencies, statuses, strict=True)
        )
    return counted[math.ceil(q * len(counted) / 100) - 1]
