# message: a mean, so divide by the visits
import numpy as np


def waiting_room(visits, values):
    found = np.sum(visits * values)
    return found, values[visits > 0].mean()
