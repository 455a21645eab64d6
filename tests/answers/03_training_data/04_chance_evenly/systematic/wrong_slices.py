# message: have the sizes [3, 4]
import numpy as np


def systematic(N, n, rng):
    return np.arange(rng.integers(round(N / n) + 1), N, round(N / n) + 1)
