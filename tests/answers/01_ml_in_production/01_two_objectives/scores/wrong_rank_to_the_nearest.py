# message: the rank is rounded up, not to the nearest
def offline_score(done_s):
    answered = [time for time in done_s if time is not None]
    return len(answered) / max(answered)


def single_stream_score(latency_ms):
    ordered = sorted(math.inf if ms is None else ms for ms in latency_ms)
    return ordered[max(round(0.9 * len(ordered)), 1) - 1]
