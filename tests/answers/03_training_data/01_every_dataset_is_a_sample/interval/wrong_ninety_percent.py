# message: reaches 1.645 standard errors to either side; expected 1.96
import numpy as np


def interval(values, N):
    n = len(values)
    reach = 1.645 * np.sqrt(np.var(values, ddof=1) / n * (1 - n / N))
    return np.mean(values) - reach, np.mean(values) + reach
