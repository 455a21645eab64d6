def capacity(records):
    count = sum(one["batches"] for one in records)
    mean_batch = sum(one["batches"] * one["batch"] for one in records) / count
    mean_cycle_s = sum(one["batches"] * one["cycle_ms"] for one in records) / count / 1000
    return mean_batch / mean_cycle_s
