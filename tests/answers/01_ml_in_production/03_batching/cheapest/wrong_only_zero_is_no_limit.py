# message: there is no batch of fewer than 1
def cheapest_limit(alpha, beta, bound, price_per_hour):
    limit = math.floor((bound / 2 - alpha) / beta)
    if limit == 0:
        return None
    return limit, 1e6 * (alpha + beta * limit) / limit / 3.6e6 * price_per_hour
