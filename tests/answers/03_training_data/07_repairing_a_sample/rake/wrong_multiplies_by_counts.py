# message: A factor is what a class should weigh *over* what it weighs now
import numpy as np


def rake(weight, margins):
    weight = np.array(weight, float)
    for _ in range(20):
        for classes, counts in margins:
            weight = weight * np.asarray(counts)[classes]
    return weight
