# message: np.percentile takes a value between two queries
def good(latency, bound):
    return np.mean(np.asarray(latency) <= bound)


def sustainable(machine, bound, rates, traces, limits=LIMITS):
    best = (0.0, None)
    for limit in limits:
        for rate in rates:
            runs = [
                serve(t * 1000 / rate, machine["cycle_ms"], limit, machine["queue"]) for t in traces
            ]
            if not (all(np.percentile(run, 99) <= bound for run in runs)):
                break
            if rate > best[0]:
                best = (rate, limit)
    return best
