# message: divide by them, not by the 3 people
import numpy as np


def waiting_room(visits, values):
    found = np.mean(visits * values)
    return found, values[visits > 0].mean()
