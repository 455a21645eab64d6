# message: rows are in both parts; expected 0
import numpy as np


def split_then_oversample(rare, test_size, times, rng):
    order = rng.permutation(len(rare))
    test, train = order[:test_size], order[test_size:]
    train = train[~rare[train]]
    return np.concatenate([train] + [np.flatnonzero(rare)] * times), test
