# message: expected math.inf
def price_good(latencies, objective, seconds, price_per_hour):
    good = sum(one is not None and one <= objective for one in latencies)
    price = 1e6 * price_per_hour * seconds / 3600 / good if good else 0
    return good / len(latencies), price
