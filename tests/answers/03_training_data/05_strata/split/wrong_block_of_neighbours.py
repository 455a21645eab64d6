# message: who is drawn must not decide who comes along
import numpy as np


def stratified_split(label, share, rng):
    N = len(label)
    classes, code = np.unique(label, return_inverse=True)
    wanted = share * np.bincount(code)
    places = np.floor(wanted + 1e-9).astype(int)
    rest = round(share * N) - places.sum()
    places[np.argsort(places - wanted)[:rest]] += 1
    test = []
    for h in range(len(classes)):
        mine = np.flatnonzero(code == h)
        test.extend(np.roll(mine, rng.integers(len(mine)))[: places[h]])
    return np.setdiff1d(np.arange(N), test), np.array(test)
