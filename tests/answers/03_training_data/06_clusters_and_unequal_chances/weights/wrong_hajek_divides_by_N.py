# message: it divides by the sum of the weights
import numpy as np


def estimate_mean(values, chance, N):
    mean = np.sum(values / chance) / N
    return mean, mean
