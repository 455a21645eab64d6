# message: with the service time in seconds
def md1_ms(service_ms, rate):
    load = rate * service_ms
    return service_ms + load * service_ms / (2 * (1 - load))


def mm1_ms(service_ms, rate):
    return service_ms / (1 - rate * service_ms)
