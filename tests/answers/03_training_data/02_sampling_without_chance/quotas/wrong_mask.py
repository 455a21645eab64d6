# message: expected a row of ids
import numpy as np


def fill_quotas(queue, cell, places):
    free, taken = list(places), np.zeros(len(cell), dtype=bool)
    for person in queue:
        if free[cell[person]] > 0:
            free[cell[person]] -= 1
            taken[person] = True
    return taken
