# message: Return two numbers
import numpy as np


def estimate_mean(values, chance, N):
    return np.sum(values / chance) / N
