# message: divide by N, the people there are
import numpy as np


def estimate_mean(values, chance, N):
    total = np.sum(values / chance)
    return total / len(values), total / np.sum(1 / chance)
