# message: what the small ones get has to be taken from
import numpy as np


def allocate(size, n):
    size = np.asarray(size)
    share = n * size / size.sum()
    places = np.floor(share).astype(int)
    while places.sum() < n:
        places[np.argmax(share - places)] += 1
    return np.maximum(places, np.minimum(2, size))
