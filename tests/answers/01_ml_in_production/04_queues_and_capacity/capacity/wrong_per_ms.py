# message: yours is per ms
def capacity(records):
    queries = sum(one["batch"] * one["batches"] for one in records)
    return queries / sum(one["cycle_ms"] * one["batches"] for one in records)
