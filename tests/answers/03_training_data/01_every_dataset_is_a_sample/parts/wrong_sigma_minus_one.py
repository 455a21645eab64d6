# message: divide by N, not by N - 1
import numpy as np


def take_apart(included, values):
    f = np.mean(included)
    rho = np.corrcoef(included, values)[0, 1]
    return rho, np.sqrt((1 - f) / f), np.std(values, ddof=1)
