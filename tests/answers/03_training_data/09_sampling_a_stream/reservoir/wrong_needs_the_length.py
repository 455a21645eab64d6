# message: asks the stream for its length
def reservoir(stream, k, rng):
    N, kept = len(stream), []
    for seen, item in enumerate(stream):
        if rng.random() * (N - seen) < k - len(kept):
            kept.append(item)
    return kept
