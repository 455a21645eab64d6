"""Methods without chance of the sampler's making: who comes, or whom somebody prefers.

What looks like chance in them (who opens an app first) is nobody's design, so that the chances
are known to nobody but the makers of a made-up world.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labkit.sampling.even import Ids
from labkit.sampling.labels import members


def queue(wait: NDArray[np.float64], rng: np.random.Generator) -> Ids:
    """Put people in the order in which they turn up; those who never do come last.

    wait: [N] mean time to a visit, in any unit, infinite for whoever never comes. Times between
    visits are exponential.
    """
    return np.argsort(rng.exponential(size=len(wait)) * wait)


def convenience(wait: NDArray[np.float64], n: int, rng: np.random.Generator) -> Ids:
    """Take the first n to turn up.

    ``wait`` as in :func:`queue`. Where fewer than n ever turn up, it takes those who do.
    """
    first_visit = rng.exponential(size=len(wait)) * wait
    n = min(n, np.isfinite(wait).sum())
    return np.argpartition(first_visit, min(n, len(wait) - 1))[:n]


def judgment(oddness: NDArray[np.float64], n: int, rng: np.random.Generator) -> Ids:
    """Take the n whom an expert picks, who prefers the typical.

    oddness: [N] squared distance from the typical, in standard deviations, below 700. The expert's
    eye falls on people at random moments, exp(oddness) times later on the odd.
    """
    return convenience(np.exp(oddness), n, rng)


def quota(
    cell: NDArray[np.integer],
    places: ArrayLike,
    wait: NDArray[np.float64],
    rng: np.random.Generator,
) -> Ids:
    """Take the first to turn up in each cell, until it has its places.

    cell: [N] whole numbers from 0. places: [cells]. ``wait`` as in :func:`queue`. A cell in which
    too few ever turn up stays short; one without an entry in places raises ValueError. (In one
    queue of everybody, where whoever finds their cell full is sent home, the same people would have
    the same chances.)
    """
    places, taken = np.asarray(places), []
    for people, n in zip(members(cell, len(places)), places, strict=True):
        if len(people):
            taken.append(people[convenience(wait[people], n, rng)])
    return np.concatenate(taken)
