# message: add up variances
import math

import numpy as np


def stratified_mean(values, stratum, size):
    mean = error = 0
    for h, N_h in enumerate(size):
        mine = values[stratum == h]
        if len(mine) < 2:
            raise ValueError(f"the sample holds {len(mine)} people of stratum {h}")
        W = N_h / np.sum(size)
        mean += W * mine.mean()
        error += W * math.sqrt(mine.var(ddof=1) / len(mine) * (1 - len(mine) / N_h))
    return mean, error
