# message: take each time from whoever is then furthest above
import numpy as np


def allocate(size, n):
    size = np.asarray(size)
    lowest = np.minimum(2, size)
    if not lowest.sum() <= n <= size.sum():
        raise ValueError("does not fit")
    share = n * size / size.sum()
    places = np.maximum(np.floor(share).astype(int), lowest)
    while places.sum() < n:
        places[np.argmax(share - places)] += 1
    while places.sum() > n:
        places[np.argmax(places)] -= 1
    return places
