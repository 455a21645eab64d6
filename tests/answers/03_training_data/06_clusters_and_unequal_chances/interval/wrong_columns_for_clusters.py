# message: Clusters are the rows
import numpy as np


def clustered_interval(values, quantile):
    means = np.mean(values, axis=0)
    reach = quantile * np.sqrt(means.var(ddof=1) / len(means))
    return means.mean() - reach, means.mean() + reach
