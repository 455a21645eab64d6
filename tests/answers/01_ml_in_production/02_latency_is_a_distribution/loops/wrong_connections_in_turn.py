# message: takes the connection that is free first
def open_loop(due, connections, answer):
    free = [0.0] * connections
    latency = []
    for i, time in enumerate(due):
        free[i % connections] = answer(max(time, free[i % connections]))
        latency.append(1e3 * (free[i % connections] - time))
    return latency


def closed_loop(clients, seconds, answer):
    latency = []
    for _ in range(clients):
        now = 0
        while now < seconds:
            done = answer(now)
            latency.append(1e3 * (done - now))
            now = done
    return latency
