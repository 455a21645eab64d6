def open_loop(due, connections, answer):
    free = [0.0] * connections
    latency = []
    for time in due:
        first = free.index(min(free))
        free[first] = answer(max(time, free[first]))
        latency.append(1000 * (free[first] - time))
    return latency


def closed_loop(clients, seconds, answer):
    latency = []
    for _ in range(clients):
        now = 0.0
        while now + 1e-9 < seconds:
            done = answer(now)
            latency.append(1000 * (done - now))
            now = done
    return latency
