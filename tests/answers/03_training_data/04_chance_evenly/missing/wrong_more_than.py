# message: and that is at least 0.5
import math


def chance_of_missing(N, K, n):
    return math.comb(N - K, n) / math.comb(N, n)


def smallest_sample(N, K, confidence):
    n = 1
    while 1 - chance_of_missing(N, K, n) <= confidence and n < N:
        n += 1
    return n
