# message: All 6,000 samples are the same
import numpy as np


def pps_sample(chance, rng):
    reached = np.cumsum(chance)
    marks = 0.5 + np.arange(round(reached[-1]))
    return np.searchsorted(reached, marks)
