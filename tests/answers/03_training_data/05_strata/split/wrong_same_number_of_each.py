# message: Draw within each class
import numpy as np


def stratified_split(label, share, rng):
    classes = np.unique(label)
    k = max(1, round(share * len(label) / len(classes)))
    test = np.concatenate(
        [rng.choice(np.flatnonzero(label == c), k, replace=False) for c in classes]
    )
    return np.setdiff1d(np.arange(len(label)), test), test
