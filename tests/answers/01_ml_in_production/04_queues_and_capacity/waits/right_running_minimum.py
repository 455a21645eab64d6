import numpy as np


def waits(arrivals, service):
    if len(arrivals) == 0:
        return np.array([])
    steps = np.asarray(service, float)[:-1] - np.diff(np.asarray(arrivals, float))
    level = np.concatenate([[0.0], np.cumsum(steps)])
    return level - np.minimum.accumulate(level)
