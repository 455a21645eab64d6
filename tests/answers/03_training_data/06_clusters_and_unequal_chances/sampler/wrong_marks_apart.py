# message: the same person twice
import numpy as np


def pps_sample(chance, rng):
    n = round(chance.sum())
    return np.searchsorted(np.cumsum(chance), n * rng.random(n) * (1 - 1e-12))
