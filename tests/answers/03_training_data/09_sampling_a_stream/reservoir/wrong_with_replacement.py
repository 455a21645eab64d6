# message: samples hold an item twice
def reservoir(stream, k, rng):
    kept = []
    for seen, item in enumerate(stream, start=1):
        if seen <= k:
            kept.append(item)
        for place in range(k):
            if seen > k and rng.integers(seen) == 0:
                kept[place] = item
    return kept
