# message: a query that got no answer was a query
def good(latency, bound):
    answered = latency[np.isfinite(latency)]
    return np.mean(answered <= bound)


def sustainable(machine, bound, rates, traces, limits=LIMITS):
    best = (0.0, None)
    for limit in limits:
        for rate in rates:
            runs = [
                serve(t * 1000 / rate, machine["cycle_ms"], limit, machine["queue"]) for t in traces
            ]
            if not (all(good(run, bound) >= 0.99 for run in runs)):
                break
            if rate > best[0]:
                best = (rate, limit)
    return best
