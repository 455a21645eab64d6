# message: items at once; expected about 4
def reservoir(stream, k, rng):
    items = [item for item in stream]
    return [items[i] for i in rng.permutation(len(items))[:k]]
