def time_in_system(service_ms, rate, second_moment):
    per_ms = rate / 1000
    if per_ms * service_ms >= 1:
        return float("inf")
    return service_ms + per_ms * second_moment / (2 * (1 - per_ms * service_ms))


def md1_ms(service_ms, rate):
    return time_in_system(service_ms, rate, service_ms**2)


def mm1_ms(service_ms, rate):
    return time_in_system(service_ms, rate, 2 * service_ms**2)
