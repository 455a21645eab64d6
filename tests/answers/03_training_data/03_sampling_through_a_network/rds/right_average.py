import numpy as np


def rds_mean(values, degrees):
    degrees = np.asarray(degrees, dtype=float)
    if (degrees <= 0).any():
        raise ValueError("a degree must be above 0")
    return np.average(values, weights=1 / degrees)
