# message: No ranges, no ranks and no logarithms
import numpy as np


def standard(values):
    values = np.array(values, float)
    return (values - values.mean()) / values.std()


def best(risk, revenue, weight, k):
    risk = np.array(risk)
    safe = standard(np.log(1 - risk) - np.log(risk))
    return np.argsort(-(weight * standard(revenue) + (1 - weight) * safe))[:k].tolist()
