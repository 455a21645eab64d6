# message: what it was given has changed
import numpy as np


def estimate_mean(values, chance, N):
    chance[:] = 1 / chance
    total = np.sum(values * chance)
    return total / N, total / np.sum(chance)
