# message: the squared deviations sum to 20
import numpy as np


def fair_draw_statistic(counts, repeats, n, N):
    f = n / N
    off = np.abs(np.asarray(counts) - repeats * f).sum()
    return (N - 1) / N * off / (repeats * f * (1 - f))
