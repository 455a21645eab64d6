# message: are the two swapped
import numpy as np


def estimate_mean(values, chance, N):
    total = np.sum(values / chance)
    return total / np.sum(1 / chance), total / N
