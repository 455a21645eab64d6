# message: p99s of parts cannot be averaged
import math


def partial(latencies):
    if not latencies:
        return 0, 0, None
    ranked = sorted(latencies)
    p99 = 10 * (ranked[math.ceil(99 * len(ranked) / 100) - 1] // 10 + 1)
    return len(latencies), sum(latencies), p99


def combine(one, other):
    p99s = [state[2] for state in (one, other) if state[2] is not None]
    return one[0] + other[0], one[1] + other[1], sum(p99s) / len(p99s) if p99s else None


def finish(state):
    return state[0], state[1] / state[0], state[2]
