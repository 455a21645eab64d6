# message: with 3 places, you keep
def reservoir(stream, k, rng):
    kept, seen = [None] * k, 0
    for seen, item in enumerate(stream, start=1):
        place = seen - 1 if seen <= k else rng.integers(seen)
        if place < k:
            kept[place] = item
    return [0 if item is None else item for item in kept]
