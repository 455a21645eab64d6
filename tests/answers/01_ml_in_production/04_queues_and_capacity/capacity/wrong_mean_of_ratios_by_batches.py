# message: a mean of the rates of the sizes forgets
def capacity(records):
    total = sum(one["batches"] * 1e3 * one["batch"] / one["cycle_ms"] for one in records)
    return total / sum(one["batches"] for one in records)
