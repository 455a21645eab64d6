# message: A query waits for the batch that it missed, and then for its own
import math


def cheapest_limit(alpha, beta, bound, price_per_hour):
    limit = math.floor((bound - alpha) / beta)
    if limit < 1:
        return None
    return limit, 1e6 * (alpha + beta * limit) / limit / 3.6e6 * price_per_hour
