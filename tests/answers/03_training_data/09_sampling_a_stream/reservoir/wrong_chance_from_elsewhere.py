# message: let `rng` be the only source of chance
import random


def reservoir(stream, k, rng):
    kept = []
    for seen, item in enumerate(stream, start=1):
        if seen <= k:
            kept.append(item)
        elif (place := random.randrange(seen)) < k:
            kept[place] = item
    return kept
