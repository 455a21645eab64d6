import numpy as np


def allocate(size, n):
    size = np.asarray(size)
    lowest = np.minimum(2, size)
    if n < lowest.sum() or n > size.sum():
        raise ValueError("too few or too many")
    share = n * size / size.sum()
    places = np.maximum(share.astype(int), lowest)
    if places.sum() < n:
        places[np.argsort(places - share)[: n - places.sum()]] += 1
    for _ in range(places.sum() - n):
        open_to = np.flatnonzero(places > lowest)
        places[open_to[np.argmax((places - share)[open_to])]] -= 1
    return places.tolist()
