"""Methods without chance of the sampler's making: who comes, or whom somebody prefers.

What looks like chance in them (who opens an app first) is nobody's design, so that the chances
are known to nobody but the makers of a made-up world.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labkit.sampling.even import Ids


def queue(wait: NDArray[np.float64], rng: np.random.Generator) -> Ids:
    """Put people in the order in which they turn up; those who never do come last.

    wait: [N] mean time to a visit, in any unit, infinite for whoever never comes. Times between
    visits are exponential.
    """
    return np.argsort(rng.exponential(size=len(wait)) * wait)


def convenience(wait: NDArray[np.float64], n: int, rng: np.random.Generator) -> Ids:
    """Take the first n to turn up; ``wait`` as in :func:`queue`."""
    first_visit = rng.exponential(size=len(wait)) * wait
    return np.argpartition(first_visit, n)[:n]


def judgment(oddness: NDArray[np.float64], n: int, rng: np.random.Generator) -> Ids:
    """Take the n whom an expert picks, who prefers the typical.

    oddness: [N] squared distance from the typical, in standard deviations. The expert's eye falls
    on people at random moments, exp(oddness) times later on the odd.
    """
    return convenience(np.exp(oddness), n, rng)


def quota(
    cell: NDArray[np.integer],
    places: ArrayLike,
    wait: NDArray[np.float64],
    rng: np.random.Generator,
) -> Ids:
    """Take people in the order in which they turn up, until each cell has its places.

    cell: [N] whole numbers from 0. places: [cells]. ``wait`` as in :func:`queue`. A cell in which
    too few ever turn up stays short.
    """
    come = queue(wait, rng)
    come = come[np.isfinite(wait[come])]
    in_order = come[np.argsort(cell[come], kind="stable")]
    first = np.searchsorted(cell[in_order], cell[in_order])  # where each one's cell begins
    return in_order[np.arange(len(in_order)) - first < np.asarray(places)[cell[in_order]]]
