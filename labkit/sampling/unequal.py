"""Unequal chances, known beforehand: a weight of one over the chance sets them right."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labkit.sampling.even import Ids

Chances = NDArray[np.float64]


def inclusion_probabilities(size: ArrayLike, n: int) -> Chances:
    """Chances in proportion to size that sum to n: n size / sum(size), none above 1.

    size: [N], nobody's below 0; 0 is never drawn. Whoever would get more than 1 is taken for
    certain, and the rest of the places is shared among the others, again and again.
    Raises ValueError where a size is below 0, or fewer than n are above.
    """
    size = np.asarray(size, float)
    if size.min(initial=0) < 0 or not 0 <= n <= np.count_nonzero(size):
        raise ValueError(f"{n} cannot be drawn from {np.count_nonzero(size > 0)} sizes above 0")
    certain = np.zeros(len(size), bool)
    while certain.sum() < n:
        share = (n - certain.sum()) * size / size[~certain].sum()
        over = ~certain & (share > 1)
        if not over.any():
            return np.where(certain, 1.0, share)
        certain |= over
    return certain.astype(float)


def pps(chance: Chances, rng: np.random.Generator) -> Ids:
    """Draw with exactly these chances and a fixed size: a systematic step along their sum.

    chance: [N], from 0 to 1, summing to the whole number n. The list is put into random order
    first. Returns n ids. Raises ValueError where the sum is not whole.
    (Madow, "On the theory of systematic sampling, II", 1949; in random order: Goodman and Kish,
    "Controlled selection", 1950.)
    """
    order = rng.permutation(len(chance))
    reached = np.cumsum(chance[order])
    n = round(reached[-1])
    if abs(reached[-1] - n) > 1e-6:
        raise ValueError(f"chances that sum to {reached[-1]:.4f} give no fixed size")
    marks = rng.random() + np.arange(n)
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
