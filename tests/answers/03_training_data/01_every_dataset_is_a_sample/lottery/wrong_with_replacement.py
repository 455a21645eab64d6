# message: whoever is drawn does not go back into the hat
def simple_random_sample(N, n, rng):
    return rng.integers(N, size=n)
