# message: with a coin for each person the size would vary
import numpy as np


def pps_sample(chance, rng):
    return np.flatnonzero(rng.random(len(chance)) < chance)
