# message: take the nearest rank and do not interpolate
import numpy as np


def percentile(latencies, statuses, q):
    counted = np.where(np.array(statuses) == 200, latencies, np.inf)
    if not len(counted):
        raise ValueError("no requests")
    return float(np.percentile(counted, q))
