# message: expected the number of the empty cell
import numpy as np


def post_stratified_mean(values, cell, counts):
    came = np.bincount(cell, minlength=len(counts))
    if (came == 0).any():
        raise ValueError("a cell is empty")
    return np.average(np.bincount(cell, values) / came, weights=counts)
