# message: If you draw one after the other
def pps_sample(chance, rng):
    return rng.permutation(len(chance))[: round(chance.sum())]
