# message: nor the largest taken
import math


def partial(latencies):
    ranked = sorted(latencies)
    p99 = 10 * (ranked[math.ceil(99 * len(ranked) / 100) - 1] // 10 + 1) if ranked else 0
    return len(latencies), sum(latencies), p99


def combine(one, other):
    return one[0] + other[0], one[1] + other[1], max(one[2], other[2])


def finish(state):
    return state[0], state[1] / state[0], state[2]
