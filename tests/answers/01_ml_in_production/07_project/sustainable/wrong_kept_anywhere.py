# message: the one before the first that is not kept
def good(latency, bound):
    return np.mean(np.asarray(latency) <= bound)


def sustainable(machine, bound, rates, traces, limits=LIMITS):
    best = (0.0, None)
    for limit in limits:
        for rate in rates:
            runs = [
                serve(t * 1000 / rate, machine["cycle_ms"], limit, machine["queue"]) for t in traces
            ]
            if not (all(good(run, bound) >= 0.99 for run in runs)):
                continue
            if rate > best[0]:
                best = (rate, limit)
    return best
