"""Strata: shares of a sample that are fixed beforehand, and lotteries within them.

A stratum is given as one whole number from 0 for each person.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labkit.sampling.even import Ids

Places = NDArray[np.intp]


def proportional(size: ArrayLike, n: int) -> Places:
    """Share n places among strata in proportion to how many people each holds.

    size: [H] people per stratum. Returns places [H], summing to n; see :func:`rounded`.
    """
    size = np.asarray(size)
    return rounded(n * size / size.sum(), size)


def neyman(size: ArrayLike, deviation: ArrayLike, n: int) -> Places:
    """Share n places so that the stratified mean varies least: large and uneven strata get more.

    size: [H] people per stratum. deviation: [H] standard deviations of what is asked, in any unit.
    Returns places [H], summing to n; see :func:`rounded`.
    (Neyman, "On the two different aspects of the representative method", 1934.)
    """
    size = np.asarray(size)
    need = size * np.asarray(deviation)
    return rounded(n * need / need.sum(), size)


def equal(size: ArrayLike, n: int) -> Places:
    """Share n places evenly among the strata; see :func:`rounded`."""
    size = np.asarray(size)
    return rounded(np.full(len(size), n / len(size)), size)


def rounded(exact: ArrayLike, size: ArrayLike, at_least: int = 1) -> Places:
    """Round places to whole numbers that keep their total, by the largest remainders.

    exact: [H] places, as fractions, whose total is whole. No stratum gets fewer than ``at_least``
    or more than the people it holds. Raises ValueError where that cannot be.
    """
    exact, size = np.asarray(exact, float), np.asarray(size)
    n, lowest = round(exact.sum()), np.minimum(at_least, size)
    if not lowest.sum() <= n <= size.sum():
        raise ValueError(f"{n} places cannot be shared among strata of {size.tolist()} people")
    places = np.clip(np.floor(exact).astype(int), lowest, size)
    while (rest := n - places.sum()) != 0:
        step = np.sign(rest)
        open_to = places < size if step > 0 else places > lowest
        short_of = np.where(open_to, step * (exact - places), -np.inf)
        places[np.argmax(short_of)] += step
    return places


def stratified(stratum: NDArray[np.integer], places: ArrayLike, rng: np.random.Generator) -> Ids:
    """Draw ``places[h]`` people by lot from each stratum h.

    stratum: [N]. places: [H]. The chance of everybody in stratum h is places[h] over its people.
    """
    return np.concatenate(
        [
            rng.choice(np.flatnonzero(stratum == h), places_h, replace=False)
            for h, places_h in enumerate(np.asarray(places))
        ]
    )


def two_phase(
    stratum: NDArray[np.integer], n_first: int, n: int, rng: np.random.Generator
) -> tuple[Ids, NDArray[np.float64], Places]:
    """Ask many by lot for their stratum alone, then equally many of each stratum for the rest.

    stratum: [N], of which only that of the first phase's people is looked at. Returns the second
    phase's ids [n], their weights [n] (the people that each of them stands for), and the people of
    the first phase in each stratum [H].
    (Neyman, "Contribution to the theory of sampling human populations", 1938.)
    """
    first = rng.choice(len(stratum), n_first, replace=False)
    seen = np.bincount(stratum[first])
    places = equal(seen, n)
    second = stratified(stratum[first], places, rng)
    weight = len(stratum) / n_first * (seen / np.maximum(places, 1))
    return first[second], weight[stratum[first][second]], seen


def labels_apart(labels: NDArray[np.bool_], parts: ArrayLike, rng: np.random.Generator) -> Ids:
    """Deal people who carry several labels out to parts, the rarest label first.

    labels: [N, L], True where a person carries a label. parts: [P] the share of each part, summing
    to 1. Returns the part [N] of each person. Iterative stratification: the rarest label that is
    left is dealt out first, each person to the part that still wants it most.
    (Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data", 2011.)
    """
    shares = np.asarray(parts, float)
    room, wanted = len(labels) * shares, np.outer(shares, labels.sum(axis=0))
    part = np.full(len(labels), -1)
    while (part < 0).any():
        left = labels[part < 0].sum(axis=0)
        rarest = np.argmin(np.where(left > 0, left, np.inf))
        who = np.flatnonzero((part < 0) & (labels[:, rarest] | (left.sum() == 0)))
        for person in rng.permutation(who):
            wish = wanted[:, rarest] if left.sum() else room
            best = np.flatnonzero(wish == wish.max())
            best = best[room[best] == room[best].max()]
            part[person] = chosen = rng.choice(best)
            wanted[chosen] -= labels[person]
            room[chosen] -= 1
    return part
