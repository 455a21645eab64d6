# message: 3 of 10 pairs
import math


def chance_of_missing(N, K, n):
    return math.exp(-n * K / N)


def smallest_sample(N, K, confidence):
    n = 1
    while 1 - chance_of_missing(N, K, n) < confidence:
        n += 1
    return n
