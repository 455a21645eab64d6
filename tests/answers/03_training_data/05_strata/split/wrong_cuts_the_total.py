# message: expected round(2.7) = 3 people
import math

import numpy as np


def stratified_split(label, share, rng):
    classes, code = np.unique(label, return_inverse=True)
    wanted = share * np.bincount(code)
    places = np.floor(wanted).astype(int)
    rest = math.floor(share * len(label) + 1e-9) - places.sum()
    places[np.argsort(places - wanted)[:rest]] += 1
    test = [
        rng.choice(np.flatnonzero(code == h), places[h], replace=False) for h in range(len(classes))
    ]
    test = np.concatenate(test)
    train = np.setdiff1d(np.arange(len(label)), test)
    return train, test
