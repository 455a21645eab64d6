import numpy as np


def split_then_oversample(rare, test_size, times, rng):
    test = rng.choice(len(rare), test_size, replace=False)
    train = np.setdiff1d(np.arange(len(rare)), test)
    return np.concatenate([train] + [train[rare[train]]] * (times - 1)), test
