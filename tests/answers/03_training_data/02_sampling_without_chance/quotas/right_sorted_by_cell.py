import numpy as np


def fill_quotas(queue, cell, places):
    queue = np.asarray(queue, dtype=int)
    mine = np.asarray(cell)[queue]
    return np.concatenate([queue[mine == c][:n] for c, n in enumerate(places)])
