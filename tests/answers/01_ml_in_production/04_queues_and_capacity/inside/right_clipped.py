import numpy as np


def mean_inside(log, start, stop):
    if not log:
        return 0.0
    arrived, left = np.clip(np.array(log, dtype=float), start, stop).T
    return (left - arrived).sum() / (stop - start)
