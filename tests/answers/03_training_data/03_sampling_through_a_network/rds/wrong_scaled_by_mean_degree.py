# message: rds_mean([10, 40], [1, 2]) is 22.5; expected 20
import numpy as np


def rds_mean(values, degrees):
    degrees = np.asarray(degrees)
    if (degrees <= 0).any():
        raise ValueError("degree")
    return np.mean(degrees) * np.mean(np.asarray(values) / degrees)
