# message: return (train, test) in this order
import numpy as np


def stratified_split(label, share, rng):
    classes, code = np.unique(label, return_inverse=True)
    wanted = share * np.bincount(code)
    places = np.floor(wanted).astype(int)
    rest = round(share * len(label)) - places.sum()
    places[np.argsort(places - wanted)[:rest]] += 1
    test = [
        rng.choice(np.flatnonzero(code == h), places[h], replace=False) for h in range(len(classes))
    ]
    test = np.concatenate(test)
    train = np.setdiff1d(np.arange(len(label)), test)
    return test, train
