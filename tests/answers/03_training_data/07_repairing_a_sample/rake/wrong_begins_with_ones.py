# message: begin with the weights that you are given
import numpy as np


def rake(weight, margins):
    weight = np.ones(len(weight))
    for _ in range(500):
        for classes, counts in margins:
            weight = weight * (np.asarray(counts) / np.bincount(classes, weight))[classes]
    return weight
