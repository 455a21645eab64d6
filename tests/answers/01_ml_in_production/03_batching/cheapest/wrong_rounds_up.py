# message: two batches of 9 take 12 ms, which is too long
import math


def cheapest_limit(alpha, beta, bound, price_per_hour):
    limit = math.ceil((bound / 2 - alpha) / beta)
    if limit < 1:
        return None
    return limit, 1e6 * (alpha + beta * limit) / limit / 3.6e6 * price_per_hour
