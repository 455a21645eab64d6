# message: you called draw 1 times; expected 4
import numpy as np


def inclusion(draw, N, repeats, rng):
    ids = np.unique(draw(rng))
    count = np.zeros(N)
    for _ in range(repeats):
        count[ids] += 1
    return count / repeats, np.flatnonzero(count == 0)
