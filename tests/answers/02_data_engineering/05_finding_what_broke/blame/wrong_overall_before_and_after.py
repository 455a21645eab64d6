# message: its requests went elsewhere
import math


def blame(requests, new):
    a = n = c = m = 0
    for version, _, status in requests:
        failed = status is None or status >= 500
        if version == new:
            a, n = a + failed, n + 1
        else:
            c, m = c + failed, m + 1
    ratio = (a / n) / (c / m)
    s = math.sqrt(1 / a - 1 / n + 1 / c - 1 / m)
    answer = ratio, ratio * math.exp(-1.96 * s), ratio * math.exp(1.96 * s)
    return {endpoint: answer for _, endpoint, _ in requests}
