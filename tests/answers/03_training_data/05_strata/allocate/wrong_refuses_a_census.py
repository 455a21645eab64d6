# message: became a ValueError; expected [5, 5]
import numpy as np


def allocate(size, n):
    size = np.asarray(size)
    lowest = np.minimum(2, size)
    if not lowest.sum() <= n < size.sum():
        raise ValueError(f"{n} places do not fit")
    share = n * size / size.sum()
    places = np.maximum(np.floor(share).astype(int), lowest)
    while places.sum() < n:
        places[np.argmax(share - places)] += 1
    while places.sum() > n:
        above = np.where(places > lowest, places - share, -np.inf)
        places[np.argmax(above)] -= 1
    return places
