# message: who is drawn decides who comes along
import numpy as np


def simple_random_sample(N, n, rng):
    return (rng.integers(N) + np.arange(n)) % N
