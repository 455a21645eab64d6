# message: Person 11 is in 0 of the 6,000 samples
import numpy as np


def simple_random_sample(N, n, rng):
    people = np.arange(N)
    for place in range(n):
        other = rng.integers(place, N - 1)
        people[[place, other]] = people[[other, place]]
    return people[:n]
