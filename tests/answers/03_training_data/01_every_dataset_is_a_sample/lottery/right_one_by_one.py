def simple_random_sample(N, n, rng):
    # Knuth's algorithm S: takes each in turn with the chance (places left) / (people left).
    sample = []
    for person in range(N):
        if rng.random() * (N - person) < n - len(sample):
            sample.append(person)
    return sample
