# message: something of the old order is left. Do ties decide
import numpy as np


def shuffle(items, rng):
    tickets = rng.integers(0, 100, len(items))
    items[:] = [items[i] for i in np.argsort(tickets, kind="stable")]
