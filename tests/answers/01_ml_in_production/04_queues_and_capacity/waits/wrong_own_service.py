# message: query 0 is served until 3
def waits(arrivals, service):
    found = [0] * len(arrivals)
    for i in range(1, len(arrivals)):
        found[i] = max(0, found[i - 1] + service[i] - (arrivals[i] - arrivals[i - 1]))
    return found
