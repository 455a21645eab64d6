# message: run again with the same inputs
import math
from collections import Counter


def partial(latencies):
    return {"sum": sum(latencies), "buckets": Counter(ms // 10 for ms in latencies)}


def combine(one, other):
    one["sum"] += other["sum"]
    one["buckets"].update(other["buckets"])
    return one


def finish(state):
    requests = sum(state["buckets"].values())
    rank, seen = math.ceil(99 * requests / 100), 0
    for bucket in sorted(state["buckets"]):
        seen += state["buckets"][bucket]
        if seen >= rank:
            return requests, state["sum"] / requests, 10 * (bucket + 1)
