# message: items at once; expected about 4
import numpy as np


def weighted_reservoir(stream, k, rng):
    pairs = [pair for pair in stream]
    weights = np.array([weight for _, weight in pairs])
    order = np.argsort(rng.exponential(size=len(pairs)) / weights)
    return [pairs[i][0] for i in order[:k]]
