import numpy as np


def reservoir(stream, k, rng):
    kept = []
    for seen, item in enumerate(stream, 1):
        if len(kept) < k:
            kept.append(item)
        elif rng.random() < k / seen:
            kept[rng.choice(k)] = item
    return np.array(kept, dtype=object)
