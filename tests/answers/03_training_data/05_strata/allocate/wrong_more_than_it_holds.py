# message: a stratum cannot get more places than it holds
import numpy as np


def allocate(size, n):
    size = np.asarray(size)
    share = n * size / size.sum()
    places = np.maximum(np.floor(share).astype(int), 2)
    while places.sum() < n:
        places[np.argmax(share - places)] += 1
    while places.sum() > n:
        places[np.argmax(np.where(places > 2, places - share, -np.inf))] -= 1
    return places
