# message: different items, and the items alone
def weighted_reservoir(stream, k, rng):
    kept, total = [], 0.0
    for item, weight in stream:
        total += weight
        if len(kept) < k:
            kept.append(item)
        for place in range(k):
            if rng.random() < weight / total:
                kept[place if place < len(kept) else -1] = item
    return kept
