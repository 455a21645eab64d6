# message: keep to 1.96, whatever n is
import numpy as np
from scipy.stats import t


def interval(values, N):
    n = len(values)
    reach = t.ppf(0.975, n - 1) * np.sqrt(np.var(values, ddof=1) / n * (1 - n / N))
    return np.mean(values) - reach, np.mean(values) + reach
