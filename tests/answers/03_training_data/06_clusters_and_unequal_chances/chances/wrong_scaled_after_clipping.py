# message: nobody comes more often than always
import numpy as np


def inclusion_chances(size, n):
    chance = np.minimum(n * size / size.sum(), 1)
    return chance * n / chance.sum()
