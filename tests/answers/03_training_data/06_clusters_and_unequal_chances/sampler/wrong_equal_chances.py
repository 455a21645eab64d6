# message: as often as anybody
def pps_sample(chance, rng):
    return rng.permutation(len(chance))[: round(chance.sum())]
