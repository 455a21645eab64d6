import numpy as np


def simple_random_sample(N, n, rng):
    people = np.arange(N)
    for place in range(n):
        other = rng.integers(place, N)
        people[[place, other]] = people[[other, place]]
    return people[:n]
