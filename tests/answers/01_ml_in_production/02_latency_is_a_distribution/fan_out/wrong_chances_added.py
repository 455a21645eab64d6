# message: do not add up
def slow_if_independent(p, n):
    return n * p


def slow_requests(trace):
    return sum(any(calls) for calls in trace) / len(trace)


def requests_needed(sure, q):
    n = 1
    while (q / 100) ** n > 1 - sure:
        n += 1
    return n
