# message: a rate need not be whole
def capacity(records):
    queries = sum(one["batch"] * one["batches"] for one in records)
    busy_ms = sum(one["cycle_ms"] * one["batches"] for one in records)
    return 1e3 * queries // busy_ms
