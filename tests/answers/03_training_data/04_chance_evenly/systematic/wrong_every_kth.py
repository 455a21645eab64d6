# message: have the sizes [5]
import numpy as np


def systematic(N, n, rng):
    return np.arange(rng.integers(N // n), N, N // n)
