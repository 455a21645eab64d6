# message: a weight of 1/0 means nothing
import numpy as np


def rds_mean(values, degrees):
    with np.errstate(all="ignore"):
        weights = 1 / np.asarray(degrees, dtype=float)
        return (np.asarray(values) * weights).sum() / weights.sum()
