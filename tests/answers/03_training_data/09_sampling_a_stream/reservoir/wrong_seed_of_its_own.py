# message: expected about 400, as every item
import numpy as np


def reservoir(stream, k, rng):
    rng, kept = np.random.default_rng(0), []
    for seen, item in enumerate(stream, start=1):
        if seen <= k:
            kept.append(item)
        elif (place := rng.integers(seen)) < k:
            kept[place] = item
    return kept
