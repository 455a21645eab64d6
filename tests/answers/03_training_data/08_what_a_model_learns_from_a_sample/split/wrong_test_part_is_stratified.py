# message: from the rare and the others apart
def split_then_oversample(rare, test_size, times, rng):
    n = len(rare)
    share = test_size * rare.sum() / n
    k = int(share) + (rng.random() < share % 1)
    test = np.r_[
        rng.choice(np.flatnonzero(rare), k, replace=False),
        rng.choice(np.flatnonzero(~rare), test_size - k, replace=False),
    ]
    train = np.setdiff1d(np.arange(n), test)
    return np.repeat(train, np.where(rare[train], times, 1)), test
