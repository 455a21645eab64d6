# message: Near its capacity a machine answers every query
def good(latency, bound):
    return np.mean(np.asarray(latency) <= bound)


def sustainable(machine, bound, rates, traces, limits=LIMITS):
    alpha, beta = machine["cycle_ms"]
    best = (0.0, None)
    for limit in limits:
        capacity = 1000 * limit / (alpha + beta * limit)
        for rate in rates:
            if best[0] < rate <= capacity:
                best = (rate, limit)
    return best
