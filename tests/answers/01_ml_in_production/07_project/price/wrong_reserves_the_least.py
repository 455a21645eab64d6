# message: nine are needed most of the time
def month_cost(needs, reserved, prices, start_min):
    ahead = math.ceil(start_min / 60)
    cost = 0.0
    for h in range(len(needs)):
        most = max(needs[h : h + ahead + 1])
        cost += prices[1] * reserved + prices[0] * max(0, most - reserved)
    return cost


def cheapest(needs, prices, start_min, budget):
    best = None
    for kind, hours in needs.items():
        if hours is None:
            continue
        for reserved in (min(hours),):
            cost = month_cost(hours, reserved, prices[kind], start_min)
            if cost <= budget and (best is None or cost < best[2]):
                best = (kind, reserved, cost)
    return best
