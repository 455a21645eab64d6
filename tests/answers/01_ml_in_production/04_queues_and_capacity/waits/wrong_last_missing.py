# message: You return 4 waits for 5 queries
def waits(arrivals, service):
    found = []
    wait = 0
    for i in range(1, len(arrivals)):
        wait = max(0, wait + service[i - 1] - (arrivals[i] - arrivals[i - 1]))
        found.append(wait)
    return found
