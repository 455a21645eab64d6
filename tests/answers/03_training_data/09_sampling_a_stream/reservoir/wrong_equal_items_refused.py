# message: Each item counts by itself
def reservoir(stream, k, rng):
    kept = []
    for seen, item in enumerate(stream, start=1):
        if seen <= k:
            kept.append(item)
        else:
            place = rng.integers(seen)
            if place < k and item not in kept:
                kept[place] = item
    return kept
