# message: stop only after a round in which none of them was off
import numpy as np


def rake(weight, margins):
    weight = np.array(weight, float)
    while True:
        for classes, counts in margins:
            held = np.bincount(classes, weight, minlength=len(counts))
            weight = weight * (counts / held)[classes]
        classes, counts = margins[0]
        held = np.bincount(classes, weight, minlength=len(counts))
        if np.abs(held - counts).max() < 1e-9 * np.sum(counts):
            return weight
