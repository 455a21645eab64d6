# message: its requests went elsewhere
import math


def blame(requests, new):
    old = [status is None or status >= 500 for version, _, status in requests if version != new]
    c, m, found = sum(old), len(old), {}
    for endpoint in {endpoint for _, endpoint, _ in requests}:
        own = [s is None or s >= 500 for v, e, s in requests if (v, e) == (new, endpoint)]
        a, n = sum(own), len(own)
        ratio = (a / n) / (c / m)
        s = math.sqrt(1 / a - 1 / n + 1 / c - 1 / m)
        found[endpoint] = ratio, ratio * math.exp(-1.96 * s), ratio * math.exp(1.96 * s)
    return found
