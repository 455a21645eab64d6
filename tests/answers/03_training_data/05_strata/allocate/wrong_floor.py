# message: give the places that are left to somebody
import numpy as np


def allocate(size, n):
    size = np.asarray(size)
    return np.floor(n * size / size.sum()).astype(int)
