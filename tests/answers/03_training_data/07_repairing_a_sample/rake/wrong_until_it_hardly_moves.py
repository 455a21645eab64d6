# message: nor weights that hardly move
import numpy as np


def rake(weight, margins):
    weight = np.array(weight, float)
    while True:
        before = weight
        for classes, counts in margins:
            weight = weight * (counts / np.bincount(classes, weight))[classes]
        if np.allclose(before, weight, rtol=1e-5):
            return weight
