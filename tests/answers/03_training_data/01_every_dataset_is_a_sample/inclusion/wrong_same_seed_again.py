# message: hand on `rng`
import numpy as np


def inclusion(draw, N, repeats, rng):
    count = np.zeros(N)
    for _ in range(repeats):
        count[np.unique(draw(np.random.default_rng(7)))] += 1
    return count / repeats, np.flatnonzero(count == 0)
