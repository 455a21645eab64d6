# message: Machines are chosen by key, and not by place
def lose_one(arrivals, keys, n, answer, lost_ms, notice_ms):
    keys = np.arange(len(arrivals))
    noticed = arrivals >= lost_ms + notice_ms
    machine = np.where(noticed, 1 + keys % (n - 1), keys % n)
    latency = np.full(len(arrivals), math.inf)
    for m in range(n):
        mine = machine == m
        latency[mine] = answer(arrivals[mine])
    latency[(machine == 0) & (arrivals + latency > lost_ms)] = math.inf
    return latency
