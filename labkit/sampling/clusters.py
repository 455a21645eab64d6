"""Clusters: whole heaps of people, or some people out of some heaps.

A cluster is given as one whole number from 0 for each person.
"""

import numpy as np
from numpy.typing import NDArray

from labkit.sampling.even import Ids
from labkit.sampling.unequal import inclusion_probabilities, pps


def whole_clusters(cluster: NDArray[np.integer], m: int, rng: np.random.Generator) -> Ids:
    """Draw m clusters by lot and take everybody in them: the size of the sample varies.

    cluster: [N]. The chance of each person is m over the number of clusters.
    """
    drawn = rng.choice(cluster.max() + 1, m, replace=False)
    return np.flatnonzero(np.isin(cluster, drawn))


def two_stage(cluster: NDArray[np.integer], m: int, take: int, rng: np.random.Generator) -> Ids:
    """Draw m clusters in proportion to their people, then ``take`` people by lot from each.

    cluster: [N]. The chance of each person is m take / N: a large cluster is drawn more often, and
    each of its people then less often. Clusters hold from ``take`` to N / m people.
    """
    size = np.bincount(cluster)
    drawn = pps(inclusion_probabilities(size, m), rng)
    return np.concatenate(
        [rng.choice(np.flatnonzero(cluster == c), take, replace=False) for c in drawn]
    )


def design_effect(take: float, correlation: float, variation: float = 0.0) -> float:
    """How many times the variance of simple random sampling a sample of clusters has.

    take: mean people per cluster. correlation: the intraclass correlation rho. variation: the
    coefficient of variation of the people per cluster. 1 + ((1 + cv^2) take - 1) rho.
    (Kish, Survey Sampling, 1965, section 5.4.)
    """
    return 1 + ((1 + variation**2) * take - 1) * correlation
