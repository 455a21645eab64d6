import numpy as np


def stratified_split(label, share, rng):
    N = len(label)
    classes, code = np.unique(label, return_inverse=True)
    wanted = share * np.bincount(code)
    places = np.floor(wanted + 1e-9).astype(int)
    rest = round(share * N) - places.sum()
    places[np.argsort(places - wanted)[:rest]] += 1
    queue = rng.permutation(N)
    train, test = [], []
    for h in range(len(classes)):
        mine = queue[code[queue] == h]
        test += mine[: places[h]].tolist()
        train += mine[places[h] :].tolist()
    return train, test
