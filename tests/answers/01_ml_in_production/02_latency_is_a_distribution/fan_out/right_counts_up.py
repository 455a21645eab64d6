def slow_if_independent(p, n):
    return 1 - (1 - p) ** n


def slow_requests(trace):
    import numpy as np

    return np.asarray(trace).any(axis=1).mean()


def requests_needed(sure, q):
    n = 1
    while (q / 100) ** n > 1 - sure:
        n += 1
    return n
