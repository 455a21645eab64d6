# message: Are the weights upside down
import numpy as np


def importance_mean(values, p, q):
    weight = q / p
    return np.average(values, weights=weight), weight.sum() ** 2 / (weight**2).sum()
