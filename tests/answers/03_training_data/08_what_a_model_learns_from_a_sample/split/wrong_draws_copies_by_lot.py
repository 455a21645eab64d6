# message: Rare rows stand
import numpy as np


def split_then_oversample(rare, test_size, times, rng):
    order = rng.permutation(len(rare))
    test, train = order[:test_size], order[test_size:]
    few = train[rare[train]]
    again = rng.choice(few, len(few) * (times - 1))
    return np.concatenate([train, again]), test
