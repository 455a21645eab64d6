# message: not how large the numbers are
import numpy as np


def best(risk, revenue, weight, k):
    risk, revenue = np.array(risk), np.array(revenue)
    blend = weight * revenue / revenue.max() - (1 - weight) * risk / risk.max()
    return np.argsort(-blend)[:k].tolist()
