# message: Neighbours in your samples are 2 to 4 places apart
import numpy as np


def systematic(N, n, rng):
    return (rng.integers(N) + N // n * np.arange(n)) % N
