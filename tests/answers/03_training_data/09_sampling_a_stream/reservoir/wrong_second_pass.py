# message: A stream passes once: what has been counted is gone
def reservoir(stream, k, rng):
    N, kept = sum(1 for _ in stream), []
    for seen, item in enumerate(stream):
        if rng.random() * (N - seen) < k - len(kept):
            kept.append(item)
    return kept
