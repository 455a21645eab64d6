# message: the expected count is 2.8, which is not rounded
import numpy as np


def fair_draw_statistic(counts, repeats, n, N):
    f = n / N
    squares = np.square(counts - round(repeats * f)).sum()
    return (N - 1) / N * squares / (repeats * f * (1 - f))
