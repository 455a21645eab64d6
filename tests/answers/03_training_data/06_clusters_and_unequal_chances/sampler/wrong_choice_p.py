# message: Drawing one after the other uses the large ones up
def pps_sample(chance, rng):
    n = round(chance.sum())
    return rng.choice(len(chance), n, replace=False, p=chance / chance.sum())
