# message: Return two numbers, (found, mended)
import numpy as np


def waiting_room(visits, values):
    return np.sum(visits * values) / np.sum(visits)
