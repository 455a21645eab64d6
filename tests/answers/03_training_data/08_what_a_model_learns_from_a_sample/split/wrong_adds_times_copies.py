# message: Rare rows stand [6] times
import numpy as np


def split_then_oversample(rare, test_size, times, rng):
    order = rng.permutation(len(rare))
    test, train = order[:test_size], order[test_size:]
    return np.concatenate([train] + [train[rare[train]]] * times), test
