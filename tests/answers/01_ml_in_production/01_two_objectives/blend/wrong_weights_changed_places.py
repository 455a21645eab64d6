# message: only revenue counts
import numpy as np


def standard(values):
    values = np.array(values, float)
    return (values - values.mean()) / values.std()


def best(risk, revenue, weight, k):
    blend = (1 - weight) * standard(revenue) - weight * standard(risk)
    return np.argsort(-blend)[:k].tolist()
