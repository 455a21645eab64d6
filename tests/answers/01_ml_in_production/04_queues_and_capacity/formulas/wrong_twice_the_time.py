# message: M/M/1 at 2 ms and 400 per second came out as 12 ms
def md1_ms(service_ms, rate):
    load = rate * service_ms / 1e3
    return service_ms + load * service_ms / (2 * (1 - load)) if load < 1 else math.inf


def mm1_ms(service_ms, rate):
    return 2 * md1_ms(service_ms, rate)
