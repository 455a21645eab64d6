# message: one after the other
import numpy as np


def inclusion_chances(size, n):
    certain = np.zeros(len(size), bool)
    for _ in range(3):
        left = n - certain.sum()
        chance = np.where(certain, 1.0, left * size / max(size[~certain].sum(), 1e-300))
        certain |= chance > 1
    return np.minimum(chance, 1)
