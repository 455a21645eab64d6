# message: draw row by row, not a block of rows
import numpy as np


def split_then_oversample(rare, test_size, times, rng):
    start = rng.integers(len(rare))
    order = (start + np.arange(len(rare))) % len(rare)
    test, train = order[:test_size], order[test_size:]
    return np.repeat(train, np.where(rare[train], times, 1)), test
