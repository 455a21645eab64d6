# message: expected 2, one for each client
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
        for step in range(int(seconds / 0.005)):
            latency.append(1e3 * (answer(0.005 * step) - 0.005 * step))
    return latency
