def inclusion(draw, N, repeats, rng):
    samples = [set(draw(rng).tolist()) for _ in range(repeats)]
    share = [sum(person in sample for sample in samples) / repeats for person in range(N)]
    everybody = set().union(*samples)
    return share, [person for person in range(N) if person not in everybody]
