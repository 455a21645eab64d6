"""Methods by chance that give everybody the same chance.

They differ in the chances of pairs: who comes together with whom. The chances of persons decide
where an estimate is centred, those of pairs how far it spreads.
"""

import numpy as np
from numpy.typing import NDArray

Ids = NDArray[np.intp]


def simple_random(N: int, n: int, rng: np.random.Generator) -> Ids:
    """Draw n of N by lot: every set of n is equally likely.

    Chance of each person n / N, of each pair n (n - 1) / (N (N - 1)). Returns n ids in random
    order. Raises ValueError where n is not from 0 to N.
    """
    return rng.choice(N, n, replace=False)


def bernoulli(N: int, chance: float, rng: np.random.Generator) -> Ids:
    """Toss a coin for each of N, so that the size of the sample varies.

    ``chance`` is the chance of each person; that of a pair is its square. The size is binomial,
    N chance on average. Returns ids in rising order. Raises ValueError where ``chance`` is not
    from 0 to 1.
    """
    if not 0 <= chance <= 1:
        raise ValueError(f"{chance} is no chance: it must be from 0 to 1")
    return np.flatnonzero(rng.random(N) < chance)


def systematic(N: int, n: int, rng: np.random.Generator) -> Ids:
    """Take every (N / n)-th of a list of N, from a random start in the first interval.

    Chance of each person n / N, exactly, also where n does not divide N. Places are counted in
    nths, so that a fractional interval needs no rounding: there are N starts, equally likely, and
    N / gcd(N, n) different samples. Two people can come together only if they stand whole
    intervals apart, give or take one place where the interval is a fraction. Returns places in
    the list, in rising order. Raises ValueError where n is not from 0 to N.
    (Madow and Madow, "On the theory of systematic sampling, I", 1944.)
    """
    if not 0 <= n <= N:
        raise ValueError(f"{n} of {N} cannot be drawn")
    start = rng.integers(N)  # in nths of a place
    return (start + N * np.arange(n)) // n
