# message: leaving the person out is a guess
import numpy as np


def rds_mean(values, degrees):
    values, degrees = np.asarray(values), np.asarray(degrees)
    some = degrees > 0
    return np.average(values[some], weights=1 / degrees[some])
