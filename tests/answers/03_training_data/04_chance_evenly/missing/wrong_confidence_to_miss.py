# message: somebody of the group is in with probability 0.9
import math


def chance_of_missing(N, K, n):
    return math.comb(N - K, n) / math.comb(N, n)


def smallest_sample(N, K, confidence):
    n = 1
    while chance_of_missing(N, K, n) > confidence:
        n += 1
    return n
