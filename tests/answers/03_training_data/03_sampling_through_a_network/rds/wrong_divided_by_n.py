# message: divide by the sum of the weights
import numpy as np


def rds_mean(values, degrees):
    if min(degrees) <= 0:
        raise ValueError("degree")
    return np.mean(np.asarray(values) / np.asarray(degrees))
