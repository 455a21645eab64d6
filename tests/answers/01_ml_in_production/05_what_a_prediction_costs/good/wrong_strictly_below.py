# message: an answer after exactly 50 ms is within 50 ms
import math


def price_good(latencies, objective, seconds, price_per_hour):
    good = sum(one is not None and one < objective for one in latencies)
    paid = price_per_hour * seconds / 3600
    return good / len(latencies), 1e6 * paid / good if good else math.inf
