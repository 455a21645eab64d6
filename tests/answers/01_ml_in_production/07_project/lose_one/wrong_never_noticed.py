# message: Those that arrive from 62 on go to machines 1 and 2
def lose_one(arrivals, keys, n, answer, lost_ms, notice_ms):
    machine = keys % n
    latency = np.full(len(arrivals), math.inf)
    for m in range(n):
        mine = machine == m
        latency[mine] = answer(arrivals[mine])
    latency[(machine == 0) & (arrivals + latency > lost_ms)] = math.inf
    return latency
