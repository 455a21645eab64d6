# message: the hour between once
def month_cost(needs, reserved, prices, start_min):
    ahead = math.ceil(start_min / 60)
    cost, before = prices[1] * reserved * len(needs), 0
    for h, need in enumerate(needs):
        extra = max(0, need - reserved)
        cost += prices[0] * (extra + max(0, extra - before) * min(ahead, h))
        before = extra
    return cost


def cheapest(needs, prices, start_min, budget):
    best = None
    for kind, hours in needs.items():
        if hours is None:
            continue
        for reserved in range(max(hours) + 1):
            cost = month_cost(hours, reserved, prices[kind], start_min)
            if cost <= budget and (best is None or cost < best[2]):
                best = (kind, reserved, cost)
    return best
