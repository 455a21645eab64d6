# message: stop only after a round in which none of them was off
import numpy as np


def rake(weight, margins):
    weight = np.array(weight, float)
    off = 1.0
    while off > 1e-9:
        for classes, counts in margins:
            held = np.bincount(classes, weight, minlength=len(counts))
            off = np.abs(held - counts).max() / np.sum(counts)
            weight = weight * (counts / held)[classes]
    return weight
