# message: people with many friends count even more
import numpy as np


def rds_mean(values, degrees):
    if min(degrees) <= 0:
        raise ValueError("degree")
    return np.average(values, weights=degrees)
