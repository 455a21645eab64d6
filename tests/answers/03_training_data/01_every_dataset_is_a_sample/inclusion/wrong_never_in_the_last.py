# message: the ids of those who are in none of them
import numpy as np


def inclusion(draw, N, repeats, rng):
    count = np.zeros(N)
    for _ in range(repeats):
        ids = np.unique(draw(rng))
        count[ids] += 1
    return count / repeats, np.setdiff1d(np.arange(N), ids)
