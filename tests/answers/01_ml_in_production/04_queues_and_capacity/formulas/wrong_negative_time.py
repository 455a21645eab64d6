# message: a time is never negative
def md1_ms(service_ms, rate):
    load = rate * service_ms / 1e3
    return service_ms + load * service_ms / (2 * (1 - load))


def mm1_ms(service_ms, rate):
    return service_ms / (1 - rate * service_ms / 1e3)
