# message: If you draw one after the other
def pps_sample(chance, rng):
    n = round(chance.sum())
    return rng.choice(len(chance), n, replace=False, p=chance / chance.sum())
