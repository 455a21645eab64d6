# message: the model's time leaves out
def capacity(records):
    queries = sum(one["batch"] * one["batches"] for one in records)
    return 1e3 * queries / sum(one["model_ms"] * one["batches"] for one in records)
