# message: any degree that is not above 0
import numpy as np


def rds_mean(values, degrees):
    if 0 in list(degrees):
        raise ValueError("degree")
    return np.average(values, weights=1 / np.asarray(degrees))
