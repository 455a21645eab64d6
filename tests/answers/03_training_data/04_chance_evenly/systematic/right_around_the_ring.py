import numpy as np


def systematic(N, n, rng):
    return (rng.integers(N) + np.arange(n) * N // n) % N
