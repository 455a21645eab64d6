# message: Is the fraction upside down
import numpy as np


def importance_mean(values, p, q):
    weight = p / q
    return np.average(values, weights=weight), (weight**2).sum() / weight.sum() ** 2
