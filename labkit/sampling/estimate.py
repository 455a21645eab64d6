"""Estimators of a mean from a sample with known chances, and the variance of its design."""

import numpy as np
from numpy.typing import ArrayLike, NDArray


def horvitz_thompson(values: ArrayLike, chance: ArrayLike, N: int) -> float:
    """Mean of N people: each value counts for 1 / chance people, and N is known.

    values, chance: [n]. (Horvitz and Thompson, "A generalization of sampling without replacement
    from a finite universe", 1952.)
    """
    return float(np.sum(np.asarray(values) / np.asarray(chance)) / N)


def hajek(values: ArrayLike, weight: ArrayLike) -> float:
    """Weighted mean: as Horvitz and Thompson's, but N is estimated by the weights as well.

    values, weight: [n]. (Hajek, comment on Basu, 1971.)
    """
    return float(np.average(values, weights=weight))


def variance_of_mean(
    values: ArrayLike,
    weight: ArrayLike,
    *,
    stratum: NDArray[np.integer] | None = None,
    cluster: NDArray[np.integer] | None = None,
    sampled: ArrayLike = 0.0,
) -> float:
    """Variance of the weighted mean by the design: how much do the parts of the sample differ?

    values, weight: [n]. stratum: [n] whole numbers from 0, one for all if left out. cluster: [n]
    the heap that was drawn first, told apart within a stratum; everybody apart if left out.
    sampled: the share of the clusters that is in the sample, for all or for each stratum [H]; 0
    where they are drawn with replacement, or nearly so, and where people are drawn within them.

    Taylor linearisation: with z the sum over a cluster of weight (value - mean) / sum of weights,
    sum over strata of (1 - sampled) m / (m - 1) sum (z - mean z)^2, m the clusters of the stratum.
    A stratum of one cluster makes it NaN, unless it is the only one there is. (Woodruff, "A simple
    method for approximating the variance of a complicated estimate", 1971; Lohr, Sampling: Design
    and Analysis, section 9.1.)
    """
    values, weight = np.asarray(values, float), np.asarray(weight, float)
    score = weight * (values - hajek(values, weight)) / weight.sum()
    stratum = np.zeros(len(score), int) if stratum is None else stratum
    if cluster is not None:
        _, first, label = np.unique(_heap(stratum, cluster), return_index=True, return_inverse=True)
        stratum, score = np.asarray(stratum)[first], np.bincount(label, score)
    seen, h = np.unique(stratum, return_inverse=True)
    left_out = 1 - (
        np.full(len(seen), sampled) if np.ndim(sampled) == 0 else np.take(sampled, seen)
    )
    m = np.bincount(h)
    squares = np.bincount(h, np.square(score - (np.bincount(h, score) / m)[h]))
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = m / (m - 1.0) * squares
    return float(np.sum(np.where(left_out == 0, 0.0, left_out * spread)))


def _heap(stratum: NDArray[np.integer], cluster: NDArray[np.integer]) -> NDArray[np.int64]:
    """One number for each pair of stratum and cluster [n]: sorted far faster than pairs are."""
    label = np.unique(cluster, return_inverse=True)[1].astype(np.int64)
    return np.asarray(stratum).astype(np.int64) * (len(label) + 1) + label


def degrees_of_freedom(
    n: int,
    stratum: NDArray[np.integer] | None = None,
    cluster: NDArray[np.integer] | None = None,
) -> int:
    """Degrees of freedom of :func:`variance_of_mean`: clusters minus strata.

    n: people in the sample; without clusters everybody is one of their own.
    """
    if cluster is None:
        m = n
    elif stratum is None:
        m = len(np.unique(cluster))
    else:
        m = len(np.unique(_heap(stratum, cluster)))
    return m - (1 if stratum is None else len(np.unique(stratum)))


def variance_of_two_phase_mean(
    values: ArrayLike, stratum: NDArray[np.integer], seen: ArrayLike, N: int
) -> float:
    """Variance of the mean from two phases: by lot for the stratum, then by lot within strata.

    values, stratum: [n] of the second phase. seen: [H] people of the first phase in each stratum,
    of whom one in the second makes it NaN, unless there was only one. N: people in the population.
    With w the strata's shares of the first phase of n', and s^2 and n those of the second,
    (N - 1) / N sum ((n'_h - 1) / (n' - 1) - (n_h - 1) / (N - 1)) w_h s_h^2 / n_h
    + (N - n') / (N (n' - 1)) sum w_h (mean_h - mean)^2.
    (Rao, "On double sampling for stratification and analytical surveys", 1973.)
    """
    values, seen = np.asarray(values, float), np.asarray(seen)
    n_first, n = seen.sum(), np.bincount(stratum, minlength=len(seen))
    share = seen / n_first
    mean = np.bincount(stratum, values, minlength=len(seen)) / np.maximum(n, 1)
    squares = np.bincount(stratum, np.square(values - mean[stratum]), minlength=len(seen))
    taken = (seen - 1) / (n_first - 1) - (n - 1) / (N - 1)
    with np.errstate(invalid="ignore", divide="ignore"):
        within = np.where(seen > 1, taken * share * squares / ((n - 1.0) * n), 0.0)
    between = share @ np.square(mean - share @ mean) * (N - n_first) / (N * (n_first - 1))
    return float((N - 1) / N * within.sum() + between)


def effective_size(weight: ArrayLike) -> float:
    """How many people with equal weights are worth as much, where weights go with nothing asked.

    (sum w)^2 / sum w^2. (Kish, Survey Sampling, 1965, section 11.7.)
    """
    weight = np.asarray(weight, float)
    return float(weight.sum() ** 2 / np.square(weight).sum())
