# message: f is 1/4 here
import numpy as np


def take_apart(included, values):
    f = np.mean(included)
    rho = np.corrcoef(included, values)[0, 1]
    return rho, np.sqrt(1 - f), np.std(values)
