# message: marks with a fixed start
import numpy as np


def pps_sample(chance, rng):
    order = rng.permutation(len(chance))
    reached = np.cumsum(chance[order])
    marks = 0.5 + np.arange(round(reached[-1]))
    return order[np.searchsorted(reached, marks)]
