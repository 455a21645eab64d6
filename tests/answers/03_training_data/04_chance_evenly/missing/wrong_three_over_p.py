# message: smallest_sample(5, 2, 0.8) came out as 8
import math


def chance_of_missing(N, K, n):
    return math.comb(N - K, n) / math.comb(N, n)


def smallest_sample(N, K, confidence):
    return math.ceil(3 * N / K)
