# message: expected 1000 / 3, not rounded
def price_good(latencies, objective, seconds, price_per_hour):
    good = sum(one is not None and one <= objective for one in latencies)
    paid = price_per_hour * seconds / 3600
    return good / len(latencies), round(1e6 * paid / good, 2) if good else math.inf
