# message: `values` is what you ask for
import numpy as np


def waiting_room(visits, values):
    found = np.sum(visits**2) / np.sum(visits)
    return found, values[visits > 0].mean()
