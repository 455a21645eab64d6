# message: no wait is negative
def waits(arrivals, service):
    found = [0] * len(arrivals)
    for i in range(1, len(arrivals)):
        found[i] = found[i - 1] + service[i - 1] - (arrivals[i] - arrivals[i - 1])
    return found
