# message: Your function calls choice
def simple_random_sample(N, n, rng):
    return rng.choice(N, n, replace=False)
