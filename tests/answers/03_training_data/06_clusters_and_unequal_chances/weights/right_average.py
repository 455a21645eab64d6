import numpy as np


def estimate_mean(values, chance, N):
    weight = 1 / np.asarray(chance)
    hajek = np.average(values, weights=weight)
    return np.array([hajek * weight.sum() / N, hajek])
