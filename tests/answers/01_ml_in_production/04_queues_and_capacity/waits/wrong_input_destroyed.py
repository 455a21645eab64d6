# message: leave what you are given as it is
def waits(arrivals, service):
    found, free = [], -math.inf
    while len(arrivals):
        arrival, taken = arrivals.pop(0), service.pop(0)
        start = max(arrival, free)
        found.append(start - arrival)
        free = start + taken
    return found
