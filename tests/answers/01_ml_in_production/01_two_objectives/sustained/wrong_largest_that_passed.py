# message: not the largest that passed
import math


def p99(latencies):
    ordered = sorted(math.inf if ms is None else ms for ms in latencies)
    return ordered[math.ceil(99 * len(ordered) / 100) - 1]


def sustained_rate(runs, bound_ms):
    return max((rate for rate, latencies in runs if p99(latencies) <= bound_ms), default=0)
