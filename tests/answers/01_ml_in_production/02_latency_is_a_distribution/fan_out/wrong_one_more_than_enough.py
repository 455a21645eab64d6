# message: two reach it in exactly 75 of 100 runs
import math


def slow_if_independent(p, n):
    return 1 - (1 - p) ** n


def slow_requests(trace):
    return sum(any(calls) for calls in trace) / len(trace)


def requests_needed(sure, q):
    return int(math.log(1 - sure) / math.log(q / 100)) + 1
