# message: With nobody of stratum 1 in the sample
import math

import numpy as np


def stratified_mean(values, stratum, size):
    mean = variance = 0
    for h in np.unique(stratum):
        mine = values[stratum == h]
        W = size[h] / np.sum(size)
        mean += W * mine.mean()
        variance += W**2 * mine.var(ddof=1) / len(mine) * (1 - len(mine) / size[h])
    return mean, math.sqrt(variance)
