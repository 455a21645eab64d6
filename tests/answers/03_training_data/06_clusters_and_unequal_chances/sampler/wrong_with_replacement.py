# message: the same person twice
def pps_sample(chance, rng):
    n = round(chance.sum())
    return rng.choice(len(chance), n, p=chance / chance.sum())
