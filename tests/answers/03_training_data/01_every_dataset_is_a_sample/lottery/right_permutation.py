def simple_random_sample(N, n, rng):
    return rng.permutation(N)[:n]
