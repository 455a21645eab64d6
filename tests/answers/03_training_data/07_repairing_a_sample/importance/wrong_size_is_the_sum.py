# message: the square of the sum, over the sum of the squares
import numpy as np


def importance_mean(values, p, q):
    weight = p / q
    return np.average(values, weights=weight), weight.sum()
