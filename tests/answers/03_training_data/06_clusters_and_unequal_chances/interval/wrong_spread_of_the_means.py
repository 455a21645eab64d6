# message: divide the variance by m
import numpy as np


def clustered_interval(values, quantile):
    reach = quantile * np.std(np.mean(values, axis=1), ddof=1)
    return np.mean(values) - reach, np.mean(values) + reach
