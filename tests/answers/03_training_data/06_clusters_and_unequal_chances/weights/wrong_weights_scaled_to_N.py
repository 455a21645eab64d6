# message: scale the weights to sum to N
import numpy as np


def estimate_mean(values, chance, N):
    weight = N / chance / np.sum(1 / chance)
    total = np.sum(weight * values)
    return total / N, total / weight.sum()
