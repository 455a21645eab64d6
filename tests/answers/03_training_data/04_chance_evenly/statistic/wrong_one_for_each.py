# message: expected one number
import numpy as np


def fair_draw_statistic(counts, repeats, n, N):
    f = n / N
    return (N - 1) / N * np.square(np.asarray(counts) - repeats * f) / (repeats * f * (1 - f))
