# message: share rounded up or down
import numpy as np


def stratified_split(label, share, rng):
    test = []
    for c in np.unique(label):
        mine = np.flatnonzero(label == c)
        test.extend(rng.choice(mine, int(share * len(mine) + 1e-9), replace=False))
    others = np.setdiff1d(np.arange(len(label)), test)
    counts = np.array([(label[others] == label[i]).sum() for i in others])
    rest = others[np.argsort(-counts)][: round(share * len(label)) - len(test)]
    test = np.array([*test, *rest], int)
    return np.setdiff1d(np.arange(len(label)), test), test
