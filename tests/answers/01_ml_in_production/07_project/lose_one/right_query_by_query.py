def lose_one(arrivals, keys, n, answer, lost_ms, notice_ms):
    sent = [[] for _ in range(n)]
    for i, (time, key) in enumerate(zip(arrivals, keys, strict=True)):
        sent[key % n if time < lost_ms + notice_ms else key % (n - 1) + 1].append(i)
    latency = [math.inf] * len(arrivals)
    for m, mine in enumerate(sent):
        for i, took in zip(mine, answer(arrivals[mine]), strict=True):
            if m > 0 or arrivals[i] + took <= lost_ms:
                latency[i] = took
    return np.array(latency)
