import numpy as np


def systematic(N, n, rng):
    return (rng.integers(N) + N * np.arange(n)) // n
