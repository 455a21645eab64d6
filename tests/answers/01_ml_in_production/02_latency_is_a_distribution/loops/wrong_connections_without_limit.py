# message: those that waited go out two at a time
def open_loop(due, connections, answer):
    return [1e3 * (answer(time) - time) for time in due]


def closed_loop(clients, seconds, answer):
    latency = []
    for _ in range(clients):
        now = 0
        while now < seconds:
            done = answer(now)
            latency.append(1e3 * (done - now))
            now = done
    return latency
