# message: You changed the order of the caller's runs
import math


def p99(latencies):
    ordered = sorted(math.inf if ms is None else ms for ms in latencies)
    return ordered[math.ceil(99 * len(ordered) / 100) - 1]


def sustained_rate(runs, bound_ms):
    runs.sort(key=lambda run: run[0])
    sustained = 0
    for rate, latencies in runs:
        if p99(latencies) > bound_ms:
            break
        sustained = rate
    return sustained
