# message: expected about 400, as every item
def reservoir(stream, k, rng):
    kept = []
    for seen, item in enumerate(stream, start=1):
        if seen <= k:
            kept.append(item)
        else:
            place = rng.integers(seen + 1)
            if place < k:
                kept[place] = item
    return kept
