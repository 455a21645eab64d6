# message: All 6,000 samples are the same
import numpy as np


def pps_sample(chance, rng):
    return np.argsort(chance)[len(chance) - round(chance.sum()) :]
