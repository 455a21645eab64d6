# message: no part of it is cut off
def md1_ms(service_ms, rate):
    load = rate * service_ms // 1 / 1e3
    return service_ms + load * service_ms / (2 * (1 - load)) if load < 1 else math.inf


def mm1_ms(service_ms, rate):
    load = rate * service_ms // 1 / 1e3
    return service_ms / (1 - load) if load < 1 else math.inf
