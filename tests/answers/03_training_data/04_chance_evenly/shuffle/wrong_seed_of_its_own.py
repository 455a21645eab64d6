# message: does all chance come from `rng`
import numpy as np


def shuffle(items, rng):
    rng = np.random.default_rng(1)
    for place in range(len(items) - 1):
        other = rng.integers(place, len(items))
        items[place], items[other] = items[other], items[place]
