import heapq

import numpy as np


def open_loop(due, connections, answer):
    free = [0.0] * connections
    latency = []
    for time in due:
        done = answer(max(time, heapq.heappop(free)))
        heapq.heappush(free, done)
        latency.append(1e3 * (done - time))
    return np.array(latency)


def closed_loop(clients, seconds, answer):
    one, now = [], 0
    while now < seconds:
        one.append(1e3 * (answer(now) - now))
        now = answer(now)
    return one * clients
