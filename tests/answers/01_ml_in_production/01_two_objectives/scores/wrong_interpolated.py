# message: the ninth of ten, a latency that was measured
import numpy as np


def offline_score(done_s):
    answered = [time for time in done_s if time is not None]
    return len(answered) / max(answered)


def single_stream_score(latency_ms):
    return float(np.percentile([math.inf if ms is None else ms for ms in latency_ms], 90))
