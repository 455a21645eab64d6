# message: expected an empty sample
def simple_random_sample(N, n, rng):
    drawn = [int(rng.integers(N))]
    while len(drawn) < n:
        person = int(rng.integers(N))
        if person not in drawn:
            drawn.append(person)
    return drawn
