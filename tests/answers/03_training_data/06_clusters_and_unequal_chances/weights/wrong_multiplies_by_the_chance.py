# message: do not multiply by the chance
import numpy as np


def estimate_mean(values, chance, N):
    return np.sum(values * chance) / N, np.average(values, weights=chance)
