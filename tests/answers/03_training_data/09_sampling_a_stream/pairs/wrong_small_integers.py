# message: whole numbers that are large enough
import numpy as np


def by_pair(samples, N):
    R, k = len(samples), len(samples[0])
    table = np.zeros((R, N), np.int8)
    for row, sample in zip(table, samples, strict=True):
        row[sample] = 1
    f2 = k * (k - 1) / (N * (N - 1))
    f3 = f2 * (k - 2) / (N - 2)
    f4 = f3 * (k - 3) / (N - 3)
    d = table.T @ table - R * f2
    np.fill_diagonal(d, 0)
    a = d.sum(axis=1) / (N - 2)
    e = (d - a[:, None] - a)[np.triu_indices(N, 1)]
    return (e**2).sum() / (R * (f2 - 2 * f3 + f4)), N * (N - 3) // 2
