# message: expected ids from 0 to 11 for 12 people
def simple_random_sample(N, n, rng):
    return rng.permutation(N)[:n] + 1
