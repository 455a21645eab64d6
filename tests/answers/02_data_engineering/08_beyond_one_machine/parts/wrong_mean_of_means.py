# message: the mean of the two means
import math
from collections import Counter


def partial(latencies):
    mean = sum(latencies) / len(latencies) if latencies else None
    return len(latencies), mean, Counter(ms // 10 for ms in latencies)


def combine(one, other):
    means = [state[1] for state in (one, other) if state[1] is not None]
    return one[0] + other[0], sum(means) / len(means) if means else None, one[2] + other[2]


def finish(state):
    requests, mean, buckets = state
    rank, seen = math.ceil(99 * requests / 100), 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= rank:
            return requests, mean, 10 * (bucket + 1)
