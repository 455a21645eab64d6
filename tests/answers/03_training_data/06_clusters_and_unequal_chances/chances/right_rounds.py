import numpy as np


def inclusion_chances(size, n):
    chance = n * size / size.sum()
    while (chance > 1 + 1e-12).any():
        chance = np.minimum(chance, 1)
        below = chance < 1
        chance[below] *= (n - (~below).sum()) / chance[below].sum()
    return list(chance)
