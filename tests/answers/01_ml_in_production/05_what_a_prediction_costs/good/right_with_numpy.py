import numpy as np


def price_good(latencies, objective, seconds, price_per_hour):
    ms = np.array([np.inf if one is None else one for one in latencies], dtype=float)
    rate = (ms <= objective).sum() / seconds
    if rate == 0:
        return 0.0, float("inf")
    return (ms <= objective).mean(), 1e6 * price_per_hour / (3600 * rate)
