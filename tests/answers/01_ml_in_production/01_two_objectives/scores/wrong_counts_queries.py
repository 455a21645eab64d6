# message: answers are counted, not queries
def offline_score(done_s):
    return len(done_s) / max(time for time in done_s if time is not None)


def single_stream_score(latency_ms):
    ordered = sorted(math.inf if ms is None else ms for ms in latency_ms)
    return ordered[math.ceil(0.9 * len(ordered)) - 1]
