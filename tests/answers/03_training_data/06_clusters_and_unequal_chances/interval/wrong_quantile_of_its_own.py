# message: reach `quantile` standard errors
import numpy as np


def clustered_interval(values, quantile):
    means = np.mean(values, axis=1)
    reach = 1.96 * np.sqrt(means.var(ddof=1) / len(means))
    return means.mean() - reach, means.mean() + reach
