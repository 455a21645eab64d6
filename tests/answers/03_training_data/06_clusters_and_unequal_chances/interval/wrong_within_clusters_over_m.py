# message: how people differ *within* their cluster
import numpy as np


def clustered_interval(values, quantile):
    reach = quantile * np.sqrt(np.mean(np.var(values, axis=1, ddof=1)) / len(values))
    return np.mean(values) - reach, np.mean(values) + reach
