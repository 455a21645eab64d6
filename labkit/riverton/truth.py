"""What is true of the whole of Riverton: computed from everybody, never typed in."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from labkit.riverton.friendships import neighbours


def mean_spend(people: pd.DataFrame) -> float:
    """Mean spend of everybody in ``people``, crowns per month."""
    return float(people["spend"].mean())


def prevalence(people: pd.DataFrame) -> float:
    """Share of ``people`` who default if granted credit."""
    return float(people["default"].mean())


def by_group(people: pd.DataFrame) -> pd.DataFrame:
    """People, share, mean spend (crowns per month) and prevalence of groups A, B, C and of all."""
    everybody = people[["group", "spend", "default"]]
    both = pd.concat([everybody, everybody.assign(group="all")])
    table = both.groupby("group").agg(
        people=("spend", "size"), mean_spend=("spend", "mean"), prevalence=("default", "mean")
    )
    table.insert(1, "share", table["people"] / len(people))
    return table


def intraclass_correlation(values: ArrayLike, cluster: ArrayLike) -> float:
    """How alike the members of a cluster are: the adjusted R-squared of ``values`` on the clusters.

    1 - MSW / S^2, with MSW the mean square within clusters and S^2 the variance of all values, both
    over degrees of freedom (Lohr, Sampling: Design and Analysis, 1999, equation 5.10). In clusters
    of one size and many units it is all but the intraclass correlation, and unlike that it is
    defined for unequal sizes. 0: clusters are like random heaps; 1: members are all the same.

    ``cluster`` holds one label per value; labels are whole numbers from 0.
    """
    values, cluster = np.asarray(values, dtype=float), np.asarray(cluster)
    size = np.bincount(cluster)
    mean = np.bincount(cluster, values) / np.maximum(size, 1)
    within = np.square(values - mean[cluster]).sum() / (len(values) - np.count_nonzero(size))
    return float(1 - within / values.var(ddof=1))


def degrees(friendships: pd.DataFrame, n_people: int) -> np.ndarray:
    """Number of friends of each person, shape (n_people,)."""
    return np.diff(neighbours(friendships, n_people)[0])


def friends_mean_degree(degree: np.ndarray) -> float:
    """Mean number of friends that a friend has: E[d^2] / E[d], at least the mean degree.

    (Feld, "Why your friends have more friends than you do", 1991.)
    """
    degree = np.asarray(degree, dtype=float)
    return float(np.square(degree).sum() / degree.sum())


def ties_within_group(friendships: pd.DataFrame, group: pd.Series) -> pd.Series:
    """Per group, the share of its members' ties that lead to a member of the same group."""
    one, other = friendships.to_numpy().T
    labels = np.asarray(group)
    ends = pd.DataFrame(
        {
            "group": np.concatenate([labels[one], labels[other]]),
            "same": np.tile(labels[one] == labels[other], 2),
        }
    )
    return ends.groupby("group")["same"].mean()


def giant_component_share(friendships: pd.DataFrame, n_people: int) -> float:
    """Share of people in the largest set whose members all reach each other along friendships."""
    indptr, indices = neighbours(friendships, n_people)
    graph = csr_array((np.ones(len(indices), np.int8), indices, indptr), (n_people, n_people))
    label = connected_components(graph, directed=False)[1]
    return float(np.bincount(label).max() / n_people)
