# message: one person has no variance
import numpy as np


def allocate(size, n):
    size = np.asarray(size)
    share = n * size / size.sum()
    places = np.maximum(np.floor(share).astype(int), 1)
    while places.sum() < n:
        places[np.argmax(share - places)] += 1
    while places.sum() > n:
        places[np.argmax(np.where(places > 1, places - share, -np.inf))] -= 1
    return places
