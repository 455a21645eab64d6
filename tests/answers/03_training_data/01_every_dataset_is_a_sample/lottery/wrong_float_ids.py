# message: expected integers
import numpy as np


def simple_random_sample(N, n, rng):
    sample = np.zeros(n)
    for place, person in enumerate(rng.permutation(N)[:n]):
        sample[place] = person
    return sample
