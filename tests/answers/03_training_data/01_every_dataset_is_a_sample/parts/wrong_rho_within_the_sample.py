# message: the correlation of eight ones and zeros with eight values
import numpy as np


def take_apart(included, values):
    f = np.mean(included)
    rho = np.corrcoef(included[included], values[included])[0, 1]
    return rho, np.sqrt((1 - f) / f), np.std(values)
