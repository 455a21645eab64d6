# message: a latency of 0 is an answer
import math


def price_good(latencies, objective, seconds, price_per_hour):
    good = len([one for one in latencies if one and one <= objective])
    if not good:
        return 0, math.inf
    return good / len(latencies), 1e6 * price_per_hour * seconds / 3600 / good
