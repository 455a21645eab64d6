# message: the late one is not good
import math


def price_good(latencies, objective, seconds, price_per_hour):
    answered = [one for one in latencies if one is not None]
    good = sum(one <= objective for one in answered)
    paid = price_per_hour * seconds / 3600
    return good / len(latencies), 1e6 * paid / len(answered) if good else math.inf
