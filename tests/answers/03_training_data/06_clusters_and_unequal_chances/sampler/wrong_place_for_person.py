# message: not their places in that order
import numpy as np


def pps_sample(chance, rng):
    order = rng.permutation(len(chance))
    reached = np.cumsum(chance[order])
    marks = rng.random() + np.arange(round(reached[-1]))
    return np.searchsorted(reached, marks, side="right")
