# message: shared in proportion to 1, 2 and 3
import numpy as np


def inclusion_chances(size, n):
    chance = n * size / size.sum()
    over = chance > 1
    rest = (chance[over] - 1).sum()
    return np.where(over, 1.0, chance + rest / max((~over).sum(), 1))
