# message: No ranges, no ranks and no logarithms
import numpy as np


def units(values):
    values = np.array(values, float)
    return np.argsort(np.argsort(values)).astype(float)


def best(risk, revenue, weight, k):
    blend = weight * units(revenue) - (1 - weight) * units(risk)
    return np.argsort(-blend)[:k].tolist()
