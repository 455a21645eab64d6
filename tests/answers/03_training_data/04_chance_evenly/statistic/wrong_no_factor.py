# message: The factor (N - 1) / N is missing
import numpy as np


def fair_draw_statistic(counts, repeats, n, N):
    f = n / N
    return (np.square(np.asarray(counts) - repeats * f)).sum() / (repeats * f * (1 - f))
