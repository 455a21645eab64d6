# message: Without requests you give a IndexError
def percentile(latencies, statuses, q):
    counted = sorted(
        ms if status == 200 else math.inf for ms, status in zip(latencies, statuses, strict=True)
    )
    return counted[math.ceil(q * len(counted) / 100) - 1]
