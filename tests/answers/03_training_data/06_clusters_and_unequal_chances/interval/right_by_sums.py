import numpy as np


def clustered_interval(values, quantile):
    m, n = len(values), np.size(values)
    mean = np.mean(values)
    z = np.sum((values - mean) / n, axis=1)
    error = np.sqrt(m / (m - 1) * np.sum(z**2))
    return np.array([mean - quantile * error, mean + quantile * error])
