# message: no answer for the population
import numpy as np


def post_stratified_mean(values, cell, counts):
    came = np.bincount(cell, minlength=len(counts))
    seen = came > 0
    means = np.bincount(cell, values, minlength=len(counts))[seen] / came[seen]
    return np.average(means, weights=np.asarray(counts)[seen])
