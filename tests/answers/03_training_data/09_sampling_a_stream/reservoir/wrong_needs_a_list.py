# message: asks the stream for its length (so does list(stream))
def reservoir(stream, k, rng):
    items = list(stream)
    return [items[i] for i in rng.permutation(len(items))[:k]]
