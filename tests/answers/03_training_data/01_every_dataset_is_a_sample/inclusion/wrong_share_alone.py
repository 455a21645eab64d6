# message: Return two things, (share, never)
import numpy as np


def inclusion(draw, N, repeats, rng):
    count = np.zeros(N)
    for _ in range(repeats):
        count[np.unique(draw(rng))] += 1
    return count / repeats
