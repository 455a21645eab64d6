# message: that is the plain mean of the sample
import numpy as np


def post_stratified_mean(values, cell, counts):
    came = np.bincount(cell, minlength=len(counts))
    if (came == 0).any():
        raise ValueError(f"cell {np.argmin(came)} is empty")
    means = np.bincount(cell, values) / came
    return np.average(means, weights=came)
