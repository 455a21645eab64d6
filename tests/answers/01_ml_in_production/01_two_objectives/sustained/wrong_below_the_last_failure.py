# message: the first failure ends the climb
import math


def p99(latencies):
    ordered = sorted(math.inf if ms is None else ms for ms in latencies)
    return ordered[math.ceil(99 * len(ordered) / 100) - 1]


def sustained_rate(runs, bound_ms):
    failed = [rate for rate, latencies in runs if p99(latencies) > bound_ms]
    kept = [rate for rate, latencies in runs if p99(latencies) <= bound_ms]
    return max((rate for rate in kept if rate < max(failed, default=math.inf)), default=0)
