# message: The six weights add up to 6
import numpy as np


def rake(weight, margins):
    weight = np.array(weight, float)
    for _ in range(500):
        for classes, counts in margins:
            weight = weight * (np.asarray(counts) / np.bincount(classes, weight))[classes]
    return weight / weight.mean()
