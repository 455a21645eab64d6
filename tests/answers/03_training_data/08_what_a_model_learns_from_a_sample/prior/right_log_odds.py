import numpy as np


def prior_shift(p, in_sample, in_city):
    with np.errstate(divide="ignore"):
        odds = np.log(p) - np.log1p(-p)
    odds += np.log(in_city / (1 - in_city)) - np.log(in_sample / (1 - in_sample))
    return 1 / (1 + np.exp(-odds))
