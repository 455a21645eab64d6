# message: divide the variance by m, then take the root
import numpy as np


def clustered_interval(values, quantile):
    reach = quantile * np.var(np.mean(values, axis=1), ddof=1) / len(values)
    return np.mean(values) - reach, np.mean(values) + reach
