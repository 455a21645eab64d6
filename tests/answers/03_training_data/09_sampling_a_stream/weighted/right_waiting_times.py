def weighted_reservoir(stream, k, rng):
    kept = []
    for item, weight in stream:
        kept.append((rng.exponential() / weight, item))
        if len(kept) > k:
            kept.remove(max(kept))
    return [item for _, item in kept]
