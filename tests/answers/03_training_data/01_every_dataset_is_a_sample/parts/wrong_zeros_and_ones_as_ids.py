# message: `included` holds ones and zeros here
import numpy as np


def take_apart(included, values):
    f = np.mean(included)
    factor = np.sqrt((1 - f) / f)
    sigma = np.std(values)
    error = values[included].mean() - values.mean()
    return error / (factor * sigma), factor, sigma
