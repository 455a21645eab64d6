# message: the sample is too low, and rho has a sign
import numpy as np


def take_apart(included, values):
    f = np.mean(included)
    rho = abs(np.corrcoef(included, values)[0, 1])
    return rho, np.sqrt((1 - f) / f), np.std(values)
