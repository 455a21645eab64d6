# message: the expected count is 2.8, which is not rounded
import numpy as np


def fair_draw_statistic(counts, repeats, n, N):
    squares = np.square(counts - repeats * n // N).sum()
    return (N - 1) / N * squares / (repeats * n / N * (1 - n / N))
