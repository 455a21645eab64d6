# message: and nobody in the population, and you refuse
import numpy as np


def post_stratified_mean(values, cell, counts):
    came = np.bincount(cell, minlength=len(counts))
    if (came == 0).any():
        raise ValueError(f"nobody in the sample is in cell {np.argmin(came)}")
    return np.average(np.bincount(cell, values) / came, weights=counts)
