# message: a row takes S(34) / 34
import math


def cheapest_limit(alpha, beta, bound, price_per_hour):
    limit = math.floor((bound / 2 - alpha) / beta)
    if limit < 1:
        return None
    return limit, 1e6 * (alpha + beta * limit) / 3.6e6 * price_per_hour
