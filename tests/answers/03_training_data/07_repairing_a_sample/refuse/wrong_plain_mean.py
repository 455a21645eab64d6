# message: that is the plain mean of the sample
import numpy as np


def post_stratified_mean(values, cell, counts):
    return np.mean(values)
