# message: not by drawing
import numpy as np


def waiting_room(visits, values):
    rng = np.random.default_rng(0)
    met = rng.choice(len(visits), size=100_000, p=visits / visits.sum())
    return values[met].mean(), np.average(values[met], weights=1 / visits[met])
