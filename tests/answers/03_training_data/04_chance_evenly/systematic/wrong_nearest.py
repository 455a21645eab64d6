# message: Round down, not to the nearest
import numpy as np


def systematic(N, n, rng):
    interval = N / n
    return np.round(rng.random() * interval + interval * np.arange(n)).astype(int)
