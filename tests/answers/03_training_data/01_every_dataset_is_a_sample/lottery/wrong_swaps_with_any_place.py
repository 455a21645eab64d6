# message: Who has a better chance than others, and why
import numpy as np


def simple_random_sample(N, n, rng):
    people = np.arange(N)
    for place in range(n):
        other = rng.integers(N)
        people[[place, other]] = people[[other, place]]
    return people[:n]
