# message: the load is 1, and you divide by 0
def md1_ms(service_ms, rate):
    load = rate * service_ms / 1e3
    if load > 1:
        return math.inf
    return service_ms + load * service_ms / (2 * (1 - load))


def mm1_ms(service_ms, rate):
    load = rate * service_ms / 1e3
    return math.inf if load > 1 else service_ms / (1 - load)
