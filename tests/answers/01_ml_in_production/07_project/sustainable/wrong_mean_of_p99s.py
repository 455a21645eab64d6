# message: neither a lucky trace nor a mean over traces
def good(latency, bound):
    return np.mean(np.asarray(latency) <= bound)


def sustainable(machine, bound, rates, traces, limits=LIMITS):
    best = (0.0, None)
    for limit in limits:
        for rate in rates:
            runs = [
                serve(t * 1000 / rate, machine["cycle_ms"], limit, machine["queue"]) for t in traces
            ]
            if not (np.mean([np.sort(run)[int(0.99 * len(run)) - 1] for run in runs]) <= bound):
                break
            if rate > best[0]:
                best = (rate, limit)
    return best
