# message: what is cut off above 1 goes to
import numpy as np


def inclusion_chances(size, n):
    return np.minimum(n * size / size.sum(), 1)
