# message: expected 100, the people of the population
import numpy as np


def rake(weight, margins):
    weight = np.array(weight, float)
    for classes, counts in margins:
        weight = weight * (np.asarray(counts) / np.sum(counts))[classes]
    return weight
