import numpy as np


def percentile(latencies, statuses, q):
    latencies, statuses = np.asarray(latencies, float), np.asarray(statuses)
    if latencies.size == 0:
        raise ValueError("no requests")
    counted = np.where(statuses == 200, latencies, np.inf)
    return np.percentile(counted, q, method="inverted_cdf")
