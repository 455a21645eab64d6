# message: a fixed number of rounds is not enough
import numpy as np


def rake(weight, margins):
    weight = np.array(weight, float)
    for _ in range(1_000):
        for classes, counts in margins:
            weight = weight * (np.asarray(counts) / np.bincount(classes, weight))[classes]
    return weight
