# message: one sample names them three times, and it is one sample
import numpy as np


def inclusion(draw, N, repeats, rng):
    count = np.zeros(N)
    for _ in range(repeats):
        count += np.bincount(draw(rng), minlength=N)
    return count / repeats, np.flatnonzero(count == 0)
