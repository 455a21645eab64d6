# message: rows are in both parts; expected 0
import numpy as np


def split_then_oversample(rare, test_size, times, rng):
    rows = np.repeat(np.arange(len(rare)), np.where(rare, times, 1))
    rows = rng.permutation(rows)
    return rows[test_size:], rows[:test_size]
