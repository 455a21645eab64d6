# message: you forgot the weights
import numpy as np


def estimate_mean(values, chance, N):
    return np.mean(values), np.mean(values)
