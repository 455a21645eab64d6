# message: 25 is the plain mean
import numpy as np


def rds_mean(values, degrees):
    if min(degrees) <= 0:
        raise ValueError("degree")
    return np.mean(values)
