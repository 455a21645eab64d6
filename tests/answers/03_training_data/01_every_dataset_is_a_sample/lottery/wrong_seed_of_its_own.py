# message: make no generator of your own
import numpy as np


def simple_random_sample(N, n, rng):
    rng = np.random.default_rng(42)
    return rng.permutation(N)[:n]
