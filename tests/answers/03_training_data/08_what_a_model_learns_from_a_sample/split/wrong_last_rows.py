# message: 3,000 splits test the same rows
import numpy as np


def split_then_oversample(rare, test_size, times, rng):
    rows = np.arange(len(rare))
    test, train = rows[len(rare) - test_size :], rows[: len(rare) - test_size]
    return np.repeat(train, np.where(rare[train], times, 1)), test
