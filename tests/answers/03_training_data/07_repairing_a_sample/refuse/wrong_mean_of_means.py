# message: but their people differ
import numpy as np


def post_stratified_mean(values, cell, counts):
    return np.mean([values[cell == k].mean() for k in np.unique(cell)])
