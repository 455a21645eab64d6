import numpy as np


def rake(weight, margins):
    weight = np.asarray(weight, dtype=float)
    while True:
        before = weight
        for classes, counts in margins:
            one_hot = np.eye(len(counts))[classes]
            weight = weight * (one_hot @ (np.asarray(counts) / (weight @ one_hot)))
        if np.allclose(before, weight, rtol=1e-10):
            return weight
