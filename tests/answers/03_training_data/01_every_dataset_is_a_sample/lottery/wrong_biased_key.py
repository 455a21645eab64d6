# message: Who has a better chance than others, and why
import numpy as np


def simple_random_sample(N, n, rng):
    key = rng.random(N) * np.arange(1, N + 1)
    return np.argsort(key)[:n]
