# message: expected their mean, 4
import numpy as np


def interval(values, N):
    n = len(values)
    reach = 1.96 * np.sqrt(np.var(values, ddof=1) / n * (1 - n / N))
    return np.median(values) - reach, np.median(values) + reach
