# message: which holds the service as well
def waits(arrivals, service):
    found, free = [], -math.inf
    for arrival, taken in zip(arrivals, service, strict=True):
        free = max(arrival, free) + taken
        found.append(free - arrival)
    return found
