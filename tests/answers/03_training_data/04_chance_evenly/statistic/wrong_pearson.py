# message: That is Pearson's, for a die
import numpy as np


def fair_draw_statistic(counts, repeats, n, N):
    expected = repeats * n / N
    return (np.square(np.asarray(counts) - expected) / expected).sum()
