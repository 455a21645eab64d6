# message: That is the chance to have one
import math


def chance_of_missing(N, K, n):
    return 1 - math.comb(N - K, n) / math.comb(N, n)


def smallest_sample(N, K, confidence):
    n = 1
    while chance_of_missing(N, K, n) < confidence:
        n += 1
    return n
