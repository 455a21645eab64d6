# message: expected the one that you are given
def inclusion(draw, N, repeats, rng):
    count = np.zeros(N)
    for k in range(repeats):
        count[np.unique(draw(np.random.default_rng(k)))] += 1
    return count / repeats, np.flatnonzero(count == 0)
