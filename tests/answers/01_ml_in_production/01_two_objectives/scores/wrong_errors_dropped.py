# message: it counts as slower than all others
def offline_score(done_s):
    answered = [time for time in done_s if time is not None]
    return len(answered) / max(answered)


def single_stream_score(latency_ms):
    ordered = sorted(ms for ms in latency_ms if ms is not None)
    return ordered[math.ceil(0.9 * len(ordered)) - 1]
