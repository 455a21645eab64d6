# message: people ranked by a random number
import numpy as np


def pps_sample(chance, rng):
    # Pareto sampling (Rosen, 1997): very near to the chances, and not at them.
    u = rng.random(len(chance))
    with np.errstate(divide="ignore"):
        rank = u / (1 - u) * (1 - chance) / chance
    return np.argsort(rank)[: round(chance.sum())]
