# message: keep counts by bucket, not the latencies
import math


def partial(latencies):
    return list(latencies)


def combine(one, other):
    return one + other


def finish(state):
    ranked = sorted(state)
    p99 = ranked[math.ceil(99 * len(ranked) / 100) - 1]
    return len(ranked), sum(ranked) / len(ranked), 10 * (p99 // 10 + 1)
