"""Strata: shares of a sample that are fixed beforehand, and lotteries within them.

A stratum is given as one whole number from 0 for each person.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from labkit.sampling.even import Ids
from labkit.sampling.labels import members

Places = NDArray[np.intp]


def proportional(size: ArrayLike, n: int, at_least: int = 1) -> Places:
    """Share n places among strata in proportion to how many people each holds.

    size: [H] people per stratum. Returns places [H], summing to n; see :func:`rounded`.
    """
    size = np.asarray(size)
    return rounded(n * size / size.sum(), size, at_least)


def neyman(size: ArrayLike, deviation: ArrayLike, n: int, at_least: int = 1) -> Places:
    """Share n places so that the stratified mean varies least: large and uneven strata get more.

    size: [H] people per stratum. deviation: [H] standard deviations of what is asked, in any unit.
    A stratum that would get more than it holds is taken whole, and the others share what is left.
    Where nothing deviates the shares are proportional. Returns places [H], summing to n; see
    :func:`rounded`. (Neyman, "On the two different aspects of the representative method", 1934.)
    """
    size = np.asarray(size)
    need = size * np.maximum(deviation, np.finfo(float).tiny)
    exact = n * need / need.sum()
    while (exact > size).any() and not (whole := exact >= size).all():
        rest = n - size[whole].sum()
        exact = np.where(whole, size, rest * need / need[~whole].sum())
    return rounded(exact, size, at_least)


def equal(size: ArrayLike, n: int, at_least: int = 1) -> Places:
    """Share n places evenly among the strata; what a small one cannot fill goes to the others.

    size: [H] people per stratum. Returns places [H], summing to n; see :func:`rounded`.
    """
    size = np.asarray(size)
    return rounded(np.full(len(size), n / len(size)), size, at_least)


def rounded(exact: ArrayLike, size: ArrayLike, at_least: int = 1) -> Places:
    """Round places to whole numbers that keep their total, by the largest remainders.

    exact: [H] places, as fractions, whose total is whole. size: [H] people per stratum. No stratum
    gets more than it holds, or fewer than ``at_least`` unless it holds fewer. Two are needed for a
    variance. Raises ValueError where the total leaves no such shares.
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

    stratum: [N]. places: [H], one for every stratum. With n_h places for N_h people everybody in
    the stratum has the chance n_h / N_h, two of them together n_h (n_h - 1) / (N_h (N_h - 1)), and
    people of two strata the product of their chances. Raises ValueError for a stratum without an
    entry in places, which would be lost, and for one with more places than people.
    """
    places = np.asarray(places)
    lotteries = zip(members(stratum, len(places)), places, strict=True)
    return np.concatenate([rng.choice(people, n, replace=False) for people, n in lotteries])


def two_phase(
    stratum: NDArray[np.integer], n_first: int, n: int, rng: np.random.Generator
) -> tuple[Ids, NDArray[np.float64], Places]:
    """Ask many by lot for their stratum alone, then equally many of each stratum for the rest.

    stratum: [N], of which only that of the first phase's people is looked at. Returns the second
    phase's ids [n], their weights [n] (the people that each of them stands for), and the people of
    the first phase in each stratum [H]. A stratum of whom fewer than n / H were met is asked whole.
    One that the first phase does not meet is lost, so let n_first be large. Raises ValueError where
    n exceeds n_first. (Neyman, "Contribution to the theory of sampling human populations", 1938.)
    """
    first = rng.choice(len(stratum), n_first, replace=False)
    seen = np.bincount(stratum[first])
    places = equal(seen, n, at_least=2)
    second = stratified(stratum[first], places, rng)
    weight = len(stratum) / n_first * (seen / np.maximum(places, 1))
    return first[second], weight[stratum[first][second]], seen


def labels_apart(labels: NDArray[np.bool_], parts: ArrayLike, rng: np.random.Generator) -> Ids:
    """Deal people who carry several labels out to parts, the rarest label first.

    labels: [N, L], True where a person carries a label. parts: [P] the share of each part, summing
    to 1. Returns the part [N] of each person. Iterative stratification: the rarest label that is
    left is dealt out first, each person to the part that still wants it most, then to the one with
    most room, then by lot. Keeps the share of each label, not of their combinations; the sizes of
    the parts may be off by a few. Whoever carries the same labels has the same chance of each part.
    (Sechidis, Tsoumakas and Vlahavas, "On the stratification of multi-label data", 2011.)
    """
    tag = np.column_stack([labels, np.ones(len(labels), bool)])  # the last one is everybody's
    wanted = np.outer(tag.sum(axis=0), parts)  # [L + 1, P]
    part = np.full(len(tag), -1)
    dice = rng.random((len(tag), len(wanted.T)))
    while (left := part < 0).any():
        carriers = tag[left].sum(axis=0)
        rarest = np.argmin(np.where(carriers > 0, carriers, np.inf))
        for person in rng.permutation(np.flatnonzero(left & tag[:, rarest])):
            best = np.lexsort((dice[person], wanted[-1], wanted[rarest]))[-1]
            part[person] = best
            wanted[tag[person], best] -= 1
    return part
