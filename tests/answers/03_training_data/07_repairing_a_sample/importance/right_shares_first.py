import numpy as np


def importance_mean(values, p, q):
    share = np.divide(p, q)
    share = share / share.sum()
    return np.array([share @ values, 1 / (share @ share)])
