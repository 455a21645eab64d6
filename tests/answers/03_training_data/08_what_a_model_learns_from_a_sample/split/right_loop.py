def split_then_oversample(rare, test_size, times, rng):
    n = len(rare)
    test = set()
    while len(test) < test_size:
        test.add(int(rng.integers(n)))
    train = []
    for row in range(n):
        if row not in test:
            train += [row] * (times if rare[row] else 1)
    return train, list(test)
