# message: the correlation of eight ones and zeros with eight values
import numpy as np


def take_apart(included, values):
    f = np.mean(included)
    rho = np.cov(included, values)[0, 1] / (np.std(included) * np.std(values))
    return rho, np.sqrt((1 - f) / f), np.std(values)
