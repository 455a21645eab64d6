# message: everybody in a class is scaled by the same factor
import numpy as np


def rake(weight, margins):
    rows, wanted = [], []
    for classes, counts in margins:
        for k, count in enumerate(counts):
            rows.append(classes == k)
            wanted.append(count)
    rows = np.array(rows, float)
    return weight + np.linalg.pinv(rows) @ (np.array(wanted, float) - rows @ weight)
