# message: take the root
import numpy as np


def stratified_mean(values, stratum, size):
    mean = variance = 0
    for h, N_h in enumerate(size):
        mine = values[stratum == h]
        if len(mine) < 2:
            raise ValueError("too few")
        W = N_h / np.sum(size)
        mean += W * mine.mean()
        variance += W**2 * mine.var(ddof=1) / len(mine) * (1 - len(mine) / N_h)
    return mean, variance
