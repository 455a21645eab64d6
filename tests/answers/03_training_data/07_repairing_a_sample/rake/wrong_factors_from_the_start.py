# message: and neither fits
import numpy as np


def rake(weight, margins):
    factor = np.ones(len(weight))
    for classes, counts in margins:
        factor = factor * (np.asarray(counts) / np.bincount(classes, weight))[classes]
    raked = weight * factor
    return raked * sum(margins[0][1]) / raked.sum()
