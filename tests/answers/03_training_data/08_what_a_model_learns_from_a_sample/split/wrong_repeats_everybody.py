# message: Rows that are not rare stand [5] times
import numpy as np


def split_then_oversample(rare, test_size, times, rng):
    order = rng.permutation(len(rare))
    return np.repeat(order[test_size:], times), order[:test_size]
