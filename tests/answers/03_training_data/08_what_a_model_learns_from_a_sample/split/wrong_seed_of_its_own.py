# message: 3,000 splits test the same rows
import numpy as np


def split_then_oversample(rare, test_size, times, rng):
    order = np.random.default_rng(0).permutation(len(rare))
    test, train = order[:test_size], order[test_size:]
    return np.repeat(train, np.where(rare[train], times, 1)), test
