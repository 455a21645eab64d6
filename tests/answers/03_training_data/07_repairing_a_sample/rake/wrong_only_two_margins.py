# message: go through all margins
import numpy as np


def rake(weight, margins):
    weight = np.array(weight, float)
    for _ in range(10_000):
        for classes, counts in margins[:2]:
            weight = weight * (np.asarray(counts) / np.bincount(classes, weight))[classes]
    return weight
