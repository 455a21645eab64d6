# message: go through the buckets from the lowest
import math
from collections import Counter


def partial(latencies):
    return len(latencies), sum(latencies), Counter(ms // 10 for ms in latencies)


def combine(one, other):
    return one[0] + other[0], one[1] + other[1], one[2] + other[2]


def finish(state):
    requests, total, buckets = state
    rank, seen = math.ceil(99 * requests / 100), 0
    for bucket, count in buckets.items():
        seen += count
        if seen >= rank:
            return requests, total / requests, 10 * (bucket + 1)
