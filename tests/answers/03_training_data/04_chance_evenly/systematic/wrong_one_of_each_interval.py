# message: rounded down or up
import numpy as np


def systematic(N, n, rng):
    return ((rng.random(n) + np.arange(n)) * N / n).astype(int)
