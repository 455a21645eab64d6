# message: expected 4 in each
import numpy as np


def simple_random_sample(N, n, rng):
    return np.flatnonzero(rng.random(N) < n / N)
