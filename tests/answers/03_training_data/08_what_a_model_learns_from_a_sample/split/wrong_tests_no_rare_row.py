# message: as for every row
import numpy as np


def split_then_oversample(rare, test_size, times, rng):
    common = rng.permutation(np.flatnonzero(~rare))
    test = common[:test_size]
    train = np.setdiff1d(np.arange(len(rare)), test)
    return np.repeat(train, np.where(rare[train], times, 1)), test
