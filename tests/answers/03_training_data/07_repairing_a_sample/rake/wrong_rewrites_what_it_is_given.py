# message: the caller's weights are
import numpy as np


def rake(weight, margins):
    for _ in range(500):
        for classes, counts in margins:
            weight *= (np.asarray(counts) / np.bincount(classes, weight))[classes]
    return weight
