# message: the bracket is 1 - 3/4
import numpy as np


def interval(values, N):
    n = len(values)
    reach = 1.96 * np.sqrt(np.var(values, ddof=1) / n * (N - n) / (N - 1))
    return np.mean(values) - reach, np.mean(values) + reach
