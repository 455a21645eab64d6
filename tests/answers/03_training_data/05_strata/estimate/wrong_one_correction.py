# message: each stratum has its own correction
import math

import numpy as np


def stratified_mean(values, stratum, size):
    mean = variance = 0
    for h, N_h in enumerate(size):
        mine = values[stratum == h]
        if len(mine) < 2:
            raise ValueError("too few")
        W = N_h / np.sum(size)
        mean += W * mine.mean()
        variance += W**2 * mine.var(ddof=1) / len(mine) * (1 - len(values) / np.sum(size))
    return mean, math.sqrt(variance)
