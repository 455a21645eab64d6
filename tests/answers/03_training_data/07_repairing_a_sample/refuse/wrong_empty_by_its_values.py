# message: told by who came, not by their values
import numpy as np


def post_stratified_mean(values, cell, counts):
    total = np.bincount(cell, values, minlength=len(counts))
    empty = np.flatnonzero((total == 0) & (counts > 0))
    if len(empty):
        raise ValueError(f"cell {empty[0]} is empty")
    came = np.bincount(cell, minlength=len(counts))
    return np.average(total / np.maximum(came, 1), weights=counts)
