# message: the last to come need not be the last that was sent
def offline_score(done_s):
    answered = [time for time in done_s if time is not None]
    return len(answered) / answered[-1]


def single_stream_score(latency_ms):
    ordered = sorted(math.inf if ms is None else ms for ms in latency_ms)
    return ordered[math.ceil(0.9 * len(ordered)) - 1]
