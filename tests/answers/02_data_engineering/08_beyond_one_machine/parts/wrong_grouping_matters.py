# message: grouping must not matter
import math
from collections import Counter


def partial(latencies):
    mean = sum(latencies) / len(latencies) if latencies else 0
    return len(latencies), mean, Counter(ms // 10 for ms in latencies), len(latencies)


def combine(one, other):  # weighs by the size of the last part, not of all
    weight = one[3] + other[3]
    mean = (one[1] * one[3] + other[1] * other[3]) / weight if weight else 0
    return one[0] + other[0], mean, one[2] + other[2], max(one[3], other[3])


def finish(state):
    requests, mean, buckets, _ = state
    rank, seen = math.ceil(99 * requests / 100), 0
    for bucket in sorted(buckets):
        seen += buckets[bucket]
        if seen >= rank:
            return requests, mean, 10 * (bucket + 1)
