# message: expected whole numbers
import numpy as np


def allocate(size, n):
    return n * np.asarray(size) / np.sum(size)
