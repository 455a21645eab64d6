# message: somebody is in both parts
import numpy as np


def stratified_split(label, share, rng):
    N = len(label)
    classes, code = np.unique(label, return_inverse=True)
    wanted = share * np.bincount(code)
    places = np.floor(wanted + 1e-9).astype(int)
    rest = round(share * N) - places.sum()
    places[np.argsort(places - wanted)[:rest]] += 1
    test, train = [], []
    for h in range(len(classes)):
        mine = np.flatnonzero(code == h)
        test.extend(rng.choice(mine, places[h], replace=False))
        train.extend(rng.choice(mine, len(mine) - places[h], replace=False))
    return train, test
