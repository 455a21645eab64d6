# message: you count each size once
def capacity(records):
    return 1e3 * sum(one["batch"] for one in records) / sum(one["cycle_ms"] for one in records)
