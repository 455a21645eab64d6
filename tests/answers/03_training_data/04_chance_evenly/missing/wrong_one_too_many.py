# message: Is it off by one
import math


def chance_of_missing(N, K, n):
    return math.comb(N - K, n) / math.comb(N, n)


def smallest_sample(N, K, confidence):
    n = 0
    while True:
        n += 1
        if 1 - chance_of_missing(N, K, n - 1) >= confidence:
            return n
