# message: the formula does not know of it
def slow_if_independent(p, n):
    return 1 - (1 - p) ** n


def slow_requests(trace):
    calls = [slow for request in trace for slow in request]
    return slow_if_independent(sum(calls) / len(calls), len(trace[0]))


def requests_needed(sure, q):
    n = 1
    while (q / 100) ** n > 1 - sure:
        n += 1
    return n
