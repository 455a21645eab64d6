# message: the places that are left go one each to those furthest below
import numpy as np


def allocate(size, n):
    size = np.asarray(size)
    share = n * size / size.sum()
    places = np.floor(share).astype(int)
    places[np.argmax(size)] += n - places.sum()
    return places
