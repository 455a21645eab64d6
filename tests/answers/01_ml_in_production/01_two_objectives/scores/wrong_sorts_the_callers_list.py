# message: You changed the order of the caller's latencies
def offline_score(done_s):
    answered = [time for time in done_s if time is not None]
    return len(answered) / max(answered)


def single_stream_score(latency_ms):
    if None not in latency_ms:
        latency_ms.sort()
    ordered = sorted(math.inf if ms is None else ms for ms in latency_ms)
    return ordered[math.ceil(0.9 * len(ordered)) - 1]
