# message: number 99 of
import math


def p99(latencies):
    ordered = sorted(math.inf if ms is None else ms for ms in latencies)
    return ordered[math.ceil(99 * len(ordered) / 100) - 1]


def sustained_rate(runs, bound_ms):
    sustained = 0
    for rate, latencies in sorted(runs, key=lambda run: run[0]):
        if None in latencies or p99(latencies) > bound_ms:
            break
        sustained = rate
    return sustained
