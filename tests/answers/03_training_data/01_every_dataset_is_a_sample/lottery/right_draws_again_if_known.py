import numpy as np


def simple_random_sample(N, n, rng):
    drawn = set()
    while len(drawn) < n:
        drawn.add(int(rng.integers(N)))
    return np.array(sorted(drawn), dtype=int)
