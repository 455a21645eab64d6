import numpy as np


def take_apart(included, values):
    included = np.asarray(included, dtype=float)
    f = included.sum() / len(included)
    sigma = (((values - values.mean()) ** 2).sum() / len(values)) ** 0.5
    covariance = (included * values).mean() - f * values.mean()
    return covariance / (sigma * (f * (1 - f)) ** 0.5), (1 / f - 1) ** 0.5, sigma
