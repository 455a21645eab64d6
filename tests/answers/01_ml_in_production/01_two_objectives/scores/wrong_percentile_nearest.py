# message: the rank is rounded up, not to the nearest
import numpy as np


def offline_score(done_s):
    answered = [time for time in done_s if time is not None]
    return len(answered) / max(answered)


def single_stream_score(latency_ms):
    ms = [math.inf if ms is None else ms for ms in latency_ms]
    rank = round(0.9 * (len(ms) - 1))  # as np.percentile(ms, 90, method="nearest")
    return float(np.sort(ms)[rank])
