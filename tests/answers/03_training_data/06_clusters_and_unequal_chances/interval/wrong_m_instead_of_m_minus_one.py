# message: divide the squared deviations by m - 1
import numpy as np


def clustered_interval(values, quantile):
    reach = quantile * np.sqrt(np.var(np.mean(values, axis=1)) / len(values))
    return np.mean(values) - reach, np.mean(values) + reach
