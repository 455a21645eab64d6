# message: is it s squared under the root?
import numpy as np


def interval(values, N):
    n = len(values)
    reach = 1.96 * np.std(values, ddof=1) / n * np.sqrt(1 - n / N)
    return np.mean(values) - reach, np.mean(values) + reach
