# message: and has to go in as well
import numpy as np


def inclusion_chances(size, n):
    certain = n * size / size.sum() > 1
    left = n - certain.sum()
    return np.where(certain, 1.0, left * size / size[~certain].sum())
