# message: you weight the town
import numpy as np


def waiting_room(visits, values):
    found = np.sum(visits * values) / np.sum(visits)
    return found, np.sum(values[visits > 0] / visits[visits > 0]) / np.sum(1 / visits[visits > 0])
