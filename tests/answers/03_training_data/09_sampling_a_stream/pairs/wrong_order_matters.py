# message: A pair is the same in either order
from itertools import combinations

import numpy as np


def by_pair(samples, N):
    R, k = len(samples), len(samples[0])
    d = np.zeros((N, N))
    for sample in samples:
        for i, j in combinations(sample, 2):
            d[i, j] += 1
    f2 = k * (k - 1) / (N * (N - 1))
    f3 = f2 * (k - 2) / (N - 2)
    f4 = f3 * (k - 3) / (N - 3)
    d = np.triu(d - R * f2, 1)
    a = (d + d.T).sum(axis=1) / (N - 2)
    e = (d - a[:, None] - a)[np.triu_indices(N, 1)]
    return (e**2).sum() / (R * (f2 - 2 * f3 + f4)), N * (N - 3) // 2
