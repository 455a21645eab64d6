# message: Is the ticket u to the power of 1/w
def weighted_reservoir(stream, k, rng):
    kept, total = [], 0.0
    for item, weight in stream:
        total += weight
        if len(kept) < k:
            kept.append(item)
        elif rng.random() < k * weight / total:
            kept[rng.integers(k)] = item
    return kept
