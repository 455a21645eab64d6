"""Methods by chance that give everybody the same chance."""

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.intp]


def simple_random(N: int, n: int, rng: np.random.Generator) -> Ids:
    """Draw n of N by lot: every set of n is equally likely.

    Chance of each person n / N, of each pair n (n - 1) / (N (N - 1)).
    """
    return rng.choice(N, n, replace=False)


def bernoulli(N: int, chance: float, rng: np.random.Generator) -> Ids:
    """Toss a coin for each of N: everybody decides apart, so the size of the sample varies.

    ``chance`` is the chance of each person; that of a pair is its square. The size is binomial.
    """
    return np.flatnonzero(rng.random(N) < chance)


def systematic(N: int, n: int, rng: np.random.Generator) -> Ids:
    """Take every (N / n)-th of a list of N, from a random start in the first interval.

    Chance of each person n / N, also where n does not divide N (the interval is then a fraction).
    Two people have a chance of coming together only if they stand whole intervals apart.
    Returns places in the list, in rising order.
    (Madow and Madow, "On the theory of systematic sampling, I", 1944.)
    """
    interval = N / n
    start = rng.random() * interval
    return (start + interval * np.arange(n)).astype(int)
