import numpy as np
from scipy.stats import hypergeom


def chance_of_missing(N, K, n):
    return hypergeom.pmf(0, N, K, n)


def smallest_sample(N, K, confidence):
    n = np.arange(1, N + 1)
    return n[np.argmax(hypergeom.sf(0, N, K, n) >= confidence)]
