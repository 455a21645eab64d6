# message: at 9 the server has been idle since 8
def waits(arrivals, service):
    found, free = [], 0
    for arrival, taken in zip(arrivals, service, strict=True):
        found.append(max(0, free - arrival))
        free += taken
    return found
