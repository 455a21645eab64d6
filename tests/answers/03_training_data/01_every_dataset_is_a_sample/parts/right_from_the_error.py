import numpy as np


def take_apart(included, values):
    inside = np.asarray(included, dtype=bool)
    factor = np.sqrt((~inside).sum() / inside.sum())
    sigma = np.std(values)
    error = values[inside].mean() - values.mean()
    return error / (factor * sigma), factor, sigma
