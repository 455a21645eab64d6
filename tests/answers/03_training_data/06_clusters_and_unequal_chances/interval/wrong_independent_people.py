# message: takes the six people for independent draws
import numpy as np


def clustered_interval(values, quantile):
    reach = quantile * np.sqrt(np.var(values, ddof=1) / np.size(values))
    return np.mean(values) - reach, np.mean(values) + reach
