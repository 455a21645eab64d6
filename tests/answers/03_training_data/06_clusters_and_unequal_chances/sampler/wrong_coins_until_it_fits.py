# message: thrown again until the size fits
import numpy as np


def pps_sample(chance, rng):
    while True:
        drawn = np.flatnonzero(rng.random(len(chance)) < chance)
        if len(drawn) == round(chance.sum()):
            return drawn
