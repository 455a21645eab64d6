# message: 180 requests were due and your open loop returns
def open_loop(due, connections, answer):
    under_way, latency = [], []
    for time in due:
        under_way = [done for done in under_way if done > time]
        if len(under_way) < min(connections, 20):
            under_way.append(answer(time))
            latency.append(1e3 * (under_way[-1] - time))
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
