# message: Is the fraction upside down
import numpy as np


def take_apart(included, values):
    f = np.mean(included)
    rho = np.corrcoef(included, values)[0, 1]
    return rho, f / (1 - f), np.std(values)
