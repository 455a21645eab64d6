import numpy as np


def pps_sample(chance, rng):
    reached = np.cumsum(chance)
    marks = rng.random() + np.arange(round(reached[-1]))
    return np.searchsorted(reached, marks, side="right").tolist()
