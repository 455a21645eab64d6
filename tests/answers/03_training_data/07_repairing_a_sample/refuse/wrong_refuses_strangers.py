# message: has nobody in the population, you refuse
import numpy as np


def post_stratified_mean(values, cell, counts):
    came = np.bincount(cell, minlength=len(counts))
    for k in range(len(counts)):
        if (came[k] == 0) != (counts[k] == 0):
            raise ValueError(f"nobody is in cell {k}")
    total = np.bincount(cell, values, minlength=len(counts))
    return np.average(total / np.maximum(came, 1), weights=counts)
