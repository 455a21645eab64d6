# message: expected 400, however large that is
def cheapest_limit(alpha, beta, bound, price_per_hour):
    found = None
    for limit in range(1, 65):
        cycle = alpha + beta * limit
        if 2 * cycle <= bound:
            found = limit, 1e6 * cycle / limit / 3.6e6 * price_per_hour
    return found
