# message: expected 0 to 11: see the docstring's first line
def simple_random_sample(N, n, rng):
    return rng.permutation(N)[:n] + 1
