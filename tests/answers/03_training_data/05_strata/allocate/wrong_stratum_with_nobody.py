# message: a stratum with 0 places is lost
import numpy as np


def allocate(size, n):
    size = np.asarray(size)
    share = n * size / size.sum()
    places = np.floor(share).astype(int)
    for h in np.argsort(places - share)[: n - places.sum()]:
        places[h] += 1
    return places
