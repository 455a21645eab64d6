# message: Item 0 is in 0 of 4,000 samples of 1 out of 10
def reservoir(stream, k, rng):
    kept = []
    for seen, item in enumerate(stream):
        if seen < k:
            kept.append(item)
        else:
            place = rng.integers(seen)
            if place < k:
                kept[place] = item
    return kept
