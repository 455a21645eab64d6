def cheapest_limit(alpha, beta, bound, price_per_hour):
    limit = 0
    while 2 * (alpha + beta * (limit + 1)) <= bound + 1e-9:
        limit += 1
    if limit == 0:
        return None
    rows_per_hour = 3.6e6 * limit / (alpha + beta * limit)
    return limit, 1e6 / rows_per_hour * price_per_hour
