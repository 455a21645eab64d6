# message: Mind the brackets: (1 - f) / f
import numpy as np


def take_apart(included, values):
    f = np.mean(included)
    rho = np.corrcoef(included, values)[0, 1]
    return rho, np.sqrt(1 - f / f), np.std(values)
