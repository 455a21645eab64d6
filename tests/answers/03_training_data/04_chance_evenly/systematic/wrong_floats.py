# message: expected integers
import numpy as np


def systematic(N, n, rng):
    interval = N / n
    return np.floor(rng.random() * interval + interval * np.arange(n))
