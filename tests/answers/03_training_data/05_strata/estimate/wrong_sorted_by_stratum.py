# message: look at each person's stratum
import math

import numpy as np


def stratified_mean(values, stratum, size):
    mean = variance = start = 0
    for N_h, n_h in zip(size, np.bincount(stratum, minlength=len(size)), strict=True):
        if n_h < 2:
            raise ValueError("too few")
        mine = values[start : start + n_h]
        start += n_h
        W = N_h / np.sum(size)
        mean += W * mine.mean()
        variance += W**2 * mine.var(ddof=1) / n_h * (1 - n_h / N_h)
    return mean, math.sqrt(variance)
