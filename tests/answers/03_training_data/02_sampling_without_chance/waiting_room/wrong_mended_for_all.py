# message: the mean of all three holds the first person
import numpy as np


def waiting_room(visits, values):
    found = np.sum(visits * values) / np.sum(visits)
    return found, values.mean()
