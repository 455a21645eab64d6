# message: A standard error is s divided by the square root of n
import numpy as np


def interval(values, N):
    n = len(values)
    reach = 1.96 * np.sqrt(np.var(values, ddof=1) * (1 - n / N))
    return np.mean(values) - reach, np.mean(values) + reach
