# message: slow in turns, each in 1 of 10
def slow_if_independent(p, n):
    return 1 - (1 - p) ** n


def slow_requests(trace):
    return sum(all(calls) for calls in trace) / len(trace)


def requests_needed(sure, q):
    n = 1
    while (q / 100) ** n > 1 - sure:
        n += 1
    return n
