# message: With one person of stratum 1 in the sample
import math

import numpy as np


def stratified_mean(values, stratum, size):
    mean = variance = 0
    for h, N_h in enumerate(size):
        mine = values[stratum == h]
        if len(mine) == 0:
            raise ValueError("nobody")
        W = N_h / np.sum(size)
        mean += W * mine.mean()
        if len(mine) > 1:
            variance += W**2 * mine.var(ddof=1) / len(mine) * (1 - len(mine) / N_h)
    return mean, math.sqrt(variance)
