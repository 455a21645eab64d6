# message: the caller's arrays have changed
import numpy as np


def importance_mean(values, p, q):
    p /= q
    return np.average(values, weights=p), p.sum() ** 2 / (p**2).sum()
