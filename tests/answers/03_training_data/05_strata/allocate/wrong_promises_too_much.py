# message: expected a ValueError
import numpy as np


def allocate(size, n):
    size = np.asarray(size)
    lowest = np.minimum(2, size)
    share = n * size / size.sum()
    places = np.maximum(np.floor(share).astype(int), lowest)
    for _ in range(1_000):
        if places.sum() < n:
            places[np.argmax(share - places)] += 1
        elif places.sum() > n:
            places[np.argmax(np.where(places > lowest, places - share, -np.inf))] -= 1
    return places
