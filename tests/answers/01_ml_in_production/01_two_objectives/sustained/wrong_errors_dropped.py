# message: Two of 100 queries got no answer
import math


def sustained_rate(runs, bound_ms):
    sustained = 0
    for rate, latencies in sorted(runs, key=lambda run: run[0]):
        ordered = sorted(ms for ms in latencies if ms is not None)
        if ordered[math.ceil(99 * len(ordered) / 100) - 1] > bound_ms:
            break
        sustained = rate
    return sustained
