# message: one share for each of the N = 6 people
import numpy as np


def inclusion(draw, N, repeats, rng):
    drawn = np.concatenate([np.unique(draw(rng)) for _ in range(repeats)])
    ids, count = np.unique(drawn, return_counts=True)
    return count / repeats, np.setdiff1d(np.arange(N), ids)
