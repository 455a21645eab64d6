import numpy as np


def fair_draw_statistic(counts, repeats, n, N):
    # The mean of the counts is R n / N, since they sum to R n.
    return np.var(counts) * (N - 1) / (repeats * n / N * (1 - n / N))
