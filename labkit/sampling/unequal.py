"""Unequal chances, known beforehand: a weight of one over the chance sets them right."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labkit.sampling.even import Ids

Chances = NDArray[np.float64]


def inclusion_probabilities(size: ArrayLike, n: int) -> Chances:
    """Chances in proportion to size that sum to n: n size / sum(size), none above 1.

    size: [N], above 0. Whoever would get more than 1 is taken for certain, and the rest of the
    places is shared among the others. Raises ValueError where n is not from 0 to N.
    """
    size = np.asarray(size, float)
    if not 0 <= n <= len(size):
        raise ValueError(f"{n} of {len(size)} cannot be drawn")
    certain = np.zeros(len(size), bool)
    while True:
        share = (n - certain.sum()) * size / size[~certain].sum() if not certain.all() else size
        chance = np.where(certain, 1.0, share)
        if not (over := chance > 1).any():
            return chance
        certain |= over


def pps(chance: Chances, rng: np.random.Generator) -> Ids:
    """Draw with exactly these chances and a fixed size: a systematic step along their sum.

    chance: [N], from 0 to 1, summing to the whole number n. The list is put into random order
    first. Returns n ids.
    (Madow, "On the theory of systematic sampling, II", 1949; in random order: Goodman and Kish,
    "Controlled selection", 1950.)
    """
    order = rng.permutation(len(chance))
    reached = np.cumsum(chance[order])
    marks = rng.random() + np.arange(round(reached[-1]))
    place = np.searchsorted(reached, marks, side="right")
    return order[np.minimum(place, len(order) - 1)]


def poisson(chance: Chances, rng: np.random.Generator) -> Ids:
    """Toss a coin of its own for everybody: the size of the sample varies about sum(chance)."""
    return np.flatnonzero(rng.random(len(chance)) < chance)


def weighted(size: ArrayLike, n: int, rng: np.random.Generator) -> Ids:
    """Draw n times in proportion to size, each time from all: the same person may come again.

    size: [N]. What `random.choices(people, weights=size, k=n)` does. A person is expected
    n size / sum(size) times, the number to divide by. (Hansen and Hurwitz, 1943.)
    """
    share = np.asarray(size, float)
    return rng.choice(len(share), n, p=share / share.sum())
