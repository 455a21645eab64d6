# message: Return two numbers, (low, high)
import numpy as np


def interval(values, N):
    n = len(values)
    return 1.96 * np.sqrt(np.var(values, ddof=1) / n * (1 - n / N))
