# message: not the range
import numpy as np


def units(values):
    values = np.array(values, float)
    return (values - values.min()) / (values.max() - values.min())


def best(risk, revenue, weight, k):
    blend = weight * units(revenue) - (1 - weight) * units(risk)
    return sorted(range(len(blend)), key=lambda place: -blend[place])[:k]
