# message: such people are not in the waiting room
import numpy as np


def waiting_room(visits, values):
    found = np.sum(visits * values) / np.sum(visits)
    return found, np.average(values, weights=visits * (1 / np.array([v or np.nan for v in visits])))
