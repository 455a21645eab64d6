# message: expected None: two batches of 1 take 12 ms
import math


def cheapest_limit(alpha, beta, bound, price_per_hour):
    limit = max(1, math.floor((bound / 2 - alpha) / beta))
    return limit, 1e6 * (alpha + beta * limit) / limit / 3.6e6 * price_per_hour
