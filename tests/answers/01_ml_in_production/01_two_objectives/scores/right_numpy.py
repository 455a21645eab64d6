import numpy as np


def offline_score(done_s):
    done = np.array(done_s, dtype=float)
    return np.isfinite(done).sum() / np.nanmax(done)


def single_stream_score(latency_ms):
    ms = np.array(latency_ms, dtype=float)
    return np.percentile(np.where(np.isnan(ms), np.inf, ms), 90, method="inverted_cdf")
