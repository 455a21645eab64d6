# message: The places [8, 9] are in none
import numpy as np


def systematic(N, n, rng):
    interval = N // n
    return rng.integers(interval) + interval * np.arange(n)
