import numpy as np


def shuffle(items, rng):
    order = np.argsort(rng.random(len(items)))
    items[:] = [items[i] for i in order]
    return items
