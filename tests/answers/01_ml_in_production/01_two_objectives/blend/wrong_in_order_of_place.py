# message: in the order of their places
import numpy as np


def standard(values):
    values = np.array(values, float)
    return (values - values.mean()) / values.std()


def best(risk, revenue, weight, k):
    blend = weight * standard(revenue) - (1 - weight) * standard(risk)
    return sorted(np.argsort(-blend)[:k].tolist())
