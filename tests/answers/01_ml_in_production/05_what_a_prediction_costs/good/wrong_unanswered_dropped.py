# message: a query without an answer came as well
import math


def price_good(latencies, objective, seconds, price_per_hour):
    answered = [one for one in latencies if one is not None]
    good = sum(one <= objective for one in answered)
    paid = price_per_hour * seconds / 3600
    return good / max(1, len(answered)), 1e6 * paid / good if good else math.inf
