# message: draw the start
import numpy as np


def systematic(N, n, rng):
    return (N / n * np.arange(n)).astype(int)
