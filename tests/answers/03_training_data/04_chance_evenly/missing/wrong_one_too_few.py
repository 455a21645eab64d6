# message: Is it off by one
import math


def chance_of_missing(N, K, n):
    return math.comb(N - K, n) / math.comb(N, n)


def smallest_sample(N, K, confidence):
    n = 0
    while 1 - chance_of_missing(N, K, n + 1) < confidence:
        n += 1
    return n
