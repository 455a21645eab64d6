# message: expected [0.1, 0.3077, 0.0455]
import numpy as np


def prior_shift(p, in_sample, in_city):
    return p * in_city / np.mean(p)
