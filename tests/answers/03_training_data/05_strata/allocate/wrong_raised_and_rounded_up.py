# message: Who was raised is above the share
import numpy as np


def allocate(size, n):
    size = np.asarray(size)
    lowest = np.minimum(2, size)
    if not lowest.sum() <= n <= size.sum():
        raise ValueError(f"{n} places do not fit")
    share = n * size / size.sum()
    places = np.maximum(np.floor(share).astype(int), lowest)
    remainder = share - np.floor(share)
    while places.sum() < n:
        places[np.argmax(remainder)] += 1
        remainder[np.argmax(remainder)] -= 1
    while places.sum() > n:
        above = np.where(places > lowest, places - share, -np.inf)
        places[np.argmax(above)] -= 1
    return places
