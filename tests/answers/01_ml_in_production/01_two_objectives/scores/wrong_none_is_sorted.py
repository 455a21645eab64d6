# message: See hint 3
def offline_score(done_s):
    answered = [time for time in done_s if time is not None]
    return len(answered) / max(answered)


def single_stream_score(latency_ms):
    ordered = sorted(latency_ms)
    return ordered[math.ceil(9 * len(ordered) / 10) - 1]
