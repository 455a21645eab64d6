# message: 0.5 is added only where nothing failed on a side
import math


def blame(requests, new):
    counts = {}
    for version, endpoint, status in requests:
        side = counts.setdefault(endpoint, {True: [0, 0], False: [0, 0]})[version == new]
        side[0] += status is None or status >= 500
        side[1] += 1
    found = {}
    for endpoint, sides in counts.items():
        (a, n), (c, m) = sides[True], sides[False]
        if n and m:
            if 0 in (a, c, n - a, m - c):
                a, n, c, m = (count + 0.5 for count in (a, n, c, m))
            ratio = (a / n) / (c / m)
            s = math.sqrt(1 / a - 1 / n + 1 / c - 1 / m)
            found[endpoint] = ratio, ratio * math.exp(-1.96 * s), ratio * math.exp(1.96 * s)
    return found
