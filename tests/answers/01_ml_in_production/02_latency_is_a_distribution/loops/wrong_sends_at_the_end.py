# message: and no longer at 3
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
    latency = []
    for _ in range(clients):
        now = 0
        while now <= seconds:
            done = answer(now)
            latency.append(1e3 * (done - now))
            now = done
    return latency
