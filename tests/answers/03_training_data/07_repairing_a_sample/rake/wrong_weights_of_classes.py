# message: one weight for each of the six people
import numpy as np


def rake(weight, margins):
    return [np.asarray(counts) / np.bincount(classes, weight) for classes, counts in margins]
