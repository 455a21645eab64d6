# message: below 1 there is a steady state, however near
def md1_ms(service_ms, rate):
    load = rate * service_ms / 1e3
    return service_ms + load * service_ms / (2 * (1 - load)) if load < 0.999 else math.inf


def mm1_ms(service_ms, rate):
    load = rate * service_ms / 1e3
    return service_ms / (1 - load) if load < 0.999 else math.inf
