# message: no answer for the population
import numpy as np


def post_stratified_mean(values, cell, counts):
    came = np.bincount(cell, minlength=len(counts))
    total = np.bincount(cell, values, minlength=len(counts))
    return np.average(total / np.maximum(came, 1), weights=counts)
