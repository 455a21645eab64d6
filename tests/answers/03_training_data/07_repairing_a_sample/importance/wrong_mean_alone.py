# message: Return two numbers, (mean, size)
import numpy as np


def importance_mean(values, p, q):
    return np.average(values, weights=p / q)
