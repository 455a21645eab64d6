# message: (1 * 4 + 3 * 8) / 4
import numpy as np


def waiting_room(visits, values):
    found = np.sum(visits**2 * values) / np.sum(visits**2)
    return found, values[visits > 0].mean()
