# message: one for each client
import heapq


def open_loop(due, connections, answer):
    free = [0.0] * connections
    latency = []
    for time in due:
        done = answer(max(time, heapq.heappop(free)))
        heapq.heappush(free, done)
        latency.append(1e3 * (done - time))
    return latency


def closed_loop(clients, seconds, answer):
    latency, now = [], 0
    while now < seconds:
        latency.append(1e3 * (answer(now) - now))
        now = answer(now)
    return latency
