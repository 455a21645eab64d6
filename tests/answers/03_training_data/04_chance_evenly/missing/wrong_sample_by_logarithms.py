# message: or are people put back
import math


def chance_of_missing(N, K, n):
    return math.comb(N - K, n) / math.comb(N, n)


def smallest_sample(N, K, confidence):
    return min(N, math.ceil(math.log(1 - confidence) / math.log(1 - K / N)))
