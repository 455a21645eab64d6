# message: use round, not int
import numpy as np


def pps_sample(chance, rng):
    order = rng.permutation(len(chance))
    reached = np.cumsum(chance[order])
    marks = rng.random() + np.arange(int(reached[-1]))
    return order[np.searchsorted(reached, marks, side="right")]
