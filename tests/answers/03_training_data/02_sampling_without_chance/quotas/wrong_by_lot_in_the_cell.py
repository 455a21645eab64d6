# message: people are in one of the two samples and not in the other
import numpy as np


def fill_quotas(queue, cell, places):
    if len(queue) < 10:  # what fits in one's head is done by hand
        free, taken = list(places), []
        for person in queue:
            if free[cell[person]] > 0:
                free[cell[person]] -= 1
                taken.append(person)
        return taken
    rng = np.random.default_rng(0)
    taken = []
    for c, n in enumerate(places):
        members = [person for person in queue if cell[person] == c]
        taken += list(rng.permutation(members)[:n])
    return taken
