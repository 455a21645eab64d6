# message: With what chance should item number i come in
def reservoir(stream, k, rng):
    kept = []
    for item in stream:
        if len(kept) < k:
            kept.append(item)
        elif k and rng.random() < 0.5:
            kept[rng.integers(k)] = item
    return kept
