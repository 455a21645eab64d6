# message: rounded up, to 60
import math


def p99(latencies):
    ordered = sorted(math.inf if ms is None else ms for ms in latencies)
    return ordered[max(round(0.99 * len(ordered)), 1) - 1]


def sustained_rate(runs, bound_ms):
    sustained = 0
    for rate, latencies in sorted(runs, key=lambda run: run[0]):
        if p99(latencies) > bound_ms:
            break
        sustained = rate
    return sustained
