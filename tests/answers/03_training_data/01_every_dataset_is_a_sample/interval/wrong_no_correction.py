# message: apply the finite population correction
import numpy as np


def interval(values, N):
    n = len(values)
    reach = 1.96 * np.sqrt(np.var(values, ddof=1) / n)
    return np.mean(values) - reach, np.mean(values) + reach
