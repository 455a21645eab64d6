# message: are not the ten people
import numpy as np


def stratified_split(label, share, rng):
    N = len(label)
    classes, code = np.unique(label, return_inverse=True)
    wanted = share * np.bincount(code)
    places = np.floor(wanted + 1e-9).astype(int)
    rest = round(share * N) - places.sum()
    places[np.argsort(places - wanted)[:rest]] += 1
    train, test = [], []
    for h in range(len(classes)):
        mine = rng.permutation(np.flatnonzero(code == h))
        test.extend(mine[: places[h]])
        train.extend(mine[places[h] + 1 :])
    return train, test
