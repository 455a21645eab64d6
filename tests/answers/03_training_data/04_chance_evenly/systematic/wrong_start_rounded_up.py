# message: Is every start in the interval equally likely
import numpy as np


def systematic(N, n, rng):
    interval = N / n
    return (rng.integers(int(np.ceil(interval))) + interval * np.arange(n)).astype(int)
