# message: rounded down or up
def systematic(N, n, rng):
    return rng.choice(N, n, replace=False)
