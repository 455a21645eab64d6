# message: rho is one number: take [0, 1]
import numpy as np


def take_apart(included, values):
    f = np.mean(included)
    rho = np.corrcoef(included, values)
    return rho, np.sqrt((1 - f) / f), np.std(values)
