# message: not rounded
import numpy as np


def units(values):
    values = np.array(values, float)
    return ((values - values.mean()) / values.std()).round(1)


def best(risk, revenue, weight, k):
    blend = weight * units(revenue) - (1 - weight) * units(risk)
    return np.argsort(-blend)[:k].tolist()
