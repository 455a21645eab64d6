def good(latency, bound):
    return sum(1 for one in latency if one <= bound) / len(latency)


def sustainable(machine, bound, rates, traces, limits=LIMITS):
    def kept(rate, limit):
        for trace in traces:
            run = np.sort(serve(1000 / rate * trace, machine["cycle_ms"], limit, machine["queue"]))
            if run[math.ceil(0.99 * len(run)) - 1] > bound:
                return False
        return True

    reached = {}
    for limit in limits:
        reached[limit] = 0.0
        for rate in rates:
            if not kept(rate, limit):
                break
            reached[limit] = rate
    largest = max(reached.values())
    if largest == 0:
        return 0.0, None
    return largest, min(limit for limit in limits if reached[limit] == largest)
