import numpy as np


def stratified_mean(values, stratum, size):
    size = np.asarray(size, float)
    n = np.bincount(stratum, minlength=len(size))
    if (n < 2).any():
        raise ValueError("every stratum needs two people")
    means = np.bincount(stratum, values, len(size)) / n
    squares = np.bincount(stratum, (values - means[stratum]) ** 2, len(size)) / (n - 1)
    mean = np.average(values, weights=(size / n)[stratum])
    variance = np.sum(size**2 * squares * (1 / n - 1 / size)) / size.sum() ** 2
    return np.array([mean, variance**0.5])
