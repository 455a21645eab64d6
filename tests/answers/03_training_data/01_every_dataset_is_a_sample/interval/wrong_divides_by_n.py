# message: divide the squared deviations by n - 1
import numpy as np


def interval(values, N):
    n = len(values)
    reach = 1.96 * np.sqrt(np.var(values) / n * (1 - n / N))
    return np.mean(values) - reach, np.mean(values) + reach
