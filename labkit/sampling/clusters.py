"""Clusters: whole heaps of people, or some people out of some heaps.

A cluster is given as one whole number for each person, from 0, and none is empty.
"""

import numpy as np
from numpy.typing import NDArray

from labkit.sampling.even import Ids
from labkit.sampling.labels import members
from labkit.sampling.unequal import inclusion_probabilities, pps


def whole_clusters(cluster: NDArray[np.integer], m: int, rng: np.random.Generator) -> Ids:
    """Draw m clusters by lot and take everybody in them: the size of the sample varies.

    cluster: [N]. The chance of each person is m over the number of clusters. Two people of one
    cluster have that chance of coming together, too.
    """
    drawn = rng.choice(cluster.max() + 1, m, replace=False)
    return np.flatnonzero(np.isin(cluster, drawn))


def two_stage(cluster: NDArray[np.integer], m: int, take: int, rng: np.random.Generator) -> Ids:
    """Draw m clusters in proportion to their people, then ``take`` people by lot from each.

    cluster: [N]. The chance of each person is m take / N: a large cluster is drawn more often, and
    each of its people then less often. Returns m take ids, those of one cluster side by side.

    Raises ValueError where a cluster holds more than N / m people, which would have to be drawn
    more often than always, or where one that is drawn holds fewer than ``take``.
    """
    size = np.bincount(cluster)
    if m * size.max() > len(cluster):
        raise ValueError(f"a cluster of {size.max()} people is too large to draw {m} clusters")
    drawn = pps(inclusion_probabilities(size, m), rng)
    people = members(cluster, len(size))
    return np.concatenate([rng.choice(people[c], take, replace=False) for c in drawn])


def design_effect(take: float, correlation: float, variation: float = 0.0) -> float:
    """How many times the variance of simple random sampling a sample of clusters has.

    take: mean people per cluster. correlation: the intraclass correlation rho. variation: the
    coefficient of variation of the people per cluster. 1 + ((1 + cv^2) take - 1) rho, where the
    clusters in the sample are a small share of all.
    (Kish, Survey Sampling, 1965, section 5.4; with the variation: Eldridge, Ashby and Kerry,
    "Sample size for cluster randomized trials", 2006.)
    """
    return 1 + ((1 + variation**2) * take - 1) * correlation
