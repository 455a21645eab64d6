# message: made of the people there are
import numpy as np


def fair_draw_statistic(counts, repeats, n, N):
    f = n / N
    squares = np.square(np.asarray(counts) - repeats * f).sum()
    return (n - 1) / n * squares / (repeats * f * (1 - f))
