# message: the square root of 3/4 divided by 1/4
import numpy as np


def take_apart(included, values):
    f = np.mean(included)
    rho = np.corrcoef(included, values)[0, 1]
    return rho, (1 - f) / f, np.std(values)
