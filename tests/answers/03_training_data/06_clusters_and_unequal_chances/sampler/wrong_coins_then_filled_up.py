# message: adding or dropping people until the size fits
import numpy as np


def pps_sample(chance, rng):
    n = round(chance.sum())
    drawn = rng.permutation(np.flatnonzero(rng.random(len(chance)) < chance))[:n]
    others = rng.permutation(np.setdiff1d(np.arange(len(chance)), drawn))
    return np.concatenate([drawn, others[: n - len(drawn)]])
