import numpy as np


def waiting_room(visits, values):
    return [np.average(values, weights=visits), np.average(values, weights=np.sign(visits))]
