import numpy as np


def inclusion_chances(size, n):
    order = np.argsort(size)[::-1]
    chance, places, rest = np.ones(len(size)), n, float(np.sum(size))
    for person in order:
        if places * size[person] <= rest * (1 - 1e-12):
            break
        places, rest = places - 1, rest - size[person]
    else:
        return chance
    below = chance.copy()
    for person in order[n - places :]:
        below[person] = places * size[person] / rest
    return below
