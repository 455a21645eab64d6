# message: is it, or the start in it, cut to a whole number
import numpy as np


def systematic(N, n, rng):
    interval = N / n
    return (rng.integers(int(interval)) + interval * np.arange(n)).astype(int)
