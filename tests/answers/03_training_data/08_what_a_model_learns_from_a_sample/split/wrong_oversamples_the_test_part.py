# message: the test part stays as the city is
import numpy as np


def split_then_oversample(rare, test_size, times, rng):
    order = rng.permutation(len(rare))
    parts = []
    for rows in (order[test_size:], order[:test_size]):
        parts.append(np.repeat(rows, np.where(rare[rows], times, 1)))
    return tuple(parts)
