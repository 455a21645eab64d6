# message: an empty sample is a sample, too
import numpy as np


def inclusion(draw, N, repeats, rng):
    count, samples = np.zeros(N), 0
    for _ in range(repeats):
        ids = np.unique(draw(rng))
        if len(ids):
            count[ids] += 1
            samples += 1
    return count / samples, np.flatnonzero(count == 0)
