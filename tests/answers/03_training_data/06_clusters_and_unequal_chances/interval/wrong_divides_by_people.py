# message: by the number of clusters, not of people
import numpy as np


def clustered_interval(values, quantile):
    reach = quantile * np.sqrt(np.var(np.mean(values, axis=1), ddof=1) / np.size(values))
    return np.mean(values) - reach, np.mean(values) + reach
