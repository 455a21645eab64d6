# message: mending the second has bent the first
import numpy as np


def rake(weight, margins):
    weight = np.array(weight, float)
    for classes, counts in margins:
        held = np.bincount(classes, weight)
        weight = weight * (np.asarray(counts) / held)[classes]
    return weight
