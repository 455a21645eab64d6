# message: expected (1 + 4 + 36) / 4.5
import numpy as np


def importance_mean(values, p, q):
    return np.average(values, weights=p), p.sum() ** 2 / (p**2).sum()
