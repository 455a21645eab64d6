"""Repairs of a sample by what is known about the population: they are as good as what they assume.

A cell or class is given as one whole number from 0 for each person.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression, Ridge

Weights = NDArray[np.float64]
Margin = tuple[NDArray[np.integer], ArrayLike]
"""The class of each person in the sample [n], and how many people each class holds."""


def post_stratify(weight: ArrayLike, cell: NDArray[np.integer], counts: ArrayLike) -> Weights:
    """Scale weights so that every cell adds up to its people in the population.

    weight, cell: [n]. counts: [cells]. A cell that holds people and nobody of the sample cannot be
    filled: its people are then missing from the weights' sum.
    """
    counts = np.asarray(counts, float)
    held = np.bincount(cell, np.asarray(weight, float), minlength=len(counts))
    return np.asarray(weight) * (counts / np.where(held > 0, held, 1))[cell]


def misfit(weight: ArrayLike, margins: Sequence[Margin]) -> float:
    """How far the worst class of any margin is off, as a share of the population."""
    off = []
    for classes, counts in margins:
        counts = np.asarray(counts, float)
        held = np.bincount(classes, np.asarray(weight, float), minlength=len(counts))
        off.append(np.abs(held - counts).max() / counts.sum())
    return float(max(off))


def rake(
    weight: ArrayLike,
    margins: Sequence[Margin],
    *,
    tolerance: float = 1e-12,
    rounds: int = 1_000,
) -> Weights:
    """Post-stratify to one margin after the other, round after round, until all of them fit.

    weight: [n]. margins: (classes [n], counts in the population) of each; their counts add up to
    the same total. Stops when :func:`misfit` is at most ``tolerance``. Raises ValueError where that
    is not reached, and at once where a class of the population is empty in the sample.
    (Deming and Stephan, "On a least squares adjustment of a sampled frequency table", 1940.)
    """
    _refuse_empty(weight, margins)
    for _ in range(rounds):
        for classes, counts in margins:
            weight = post_stratify(weight, classes, counts)
        off = misfit(weight, margins)
        if off <= tolerance:
            return weight
    raise ValueError(f"the margins do not fit after {rounds} rounds: {off:.1%} off")


def _refuse_empty(weight: ArrayLike, margins: Sequence[Margin]) -> None:
    """Raise ValueError where a class holds people of the population and none of the sample."""
    for number, (classes, counts) in enumerate(margins):
        held = np.bincount(classes, np.asarray(weight, float), minlength=len(np.asarray(counts)))
        empty = np.flatnonzero((held == 0) & (np.asarray(counts) > 0))
        if len(empty):
            where = f"class {empty[0]} of margin {number}"
            raise ValueError(f"nobody in the sample is of {where}: no weight fills it")


def inverse_probability(weight: ArrayLike, chance: ArrayLike, largest: float = np.inf) -> Weights:
    """Divide weights by the estimated chance of having come, and cut the largest (trimming).

    weight, chance: [n], chances above 0 or ValueError is raised. largest: in multiples of the mean
    weight before the cut; what is cut goes to nobody.
    """
    if np.min(chance) <= 0:
        raise ValueError("a chance of 0 has no weight: who cannot come cannot be made up for")
    repaired = np.asarray(weight) / np.asarray(chance)
    return np.minimum(repaired, largest * repaired.mean())


def chance_of_coming(
    features: NDArray[np.float64], came: NDArray[np.bool_], strength: float = 1.0
) -> NDArray[np.float64]:
    """Estimate everybody's chance of having come from their features, by logistic regression.

    features: [n, d], of those who came and of those who did not, on scales of about 1: the
    regression shrinks its slopes a little, less with a larger ``strength`` (scikit-learn's C).
    came: [n]. Returns [n].
    """
    model = LogisticRegression(C=strength, solver="newton-cholesky", tol=1e-8)
    return model.fit(features, came).predict_proba(features)[:, 1]


def regress_and_post_stratify(
    values: ArrayLike,
    cells: NDArray[np.float64],
    all_cells: NDArray[np.float64],
    counts: ArrayLike,
    penalty: float = 1.0,
) -> float:
    """Fit values on what describes a cell, predict every cell, weight by the population's counts.

    values: [n]. cells: [n, d] the descriptions of those who came. all_cells: [cells, d] and counts:
    [cells], of the population. Ridge regression: cells with few people lean on the others. It is
    called MRP where the regression is multilevel; this one is not.
    (Gelman and Little, "Poststratification into many categories using hierarchical logistic
    regression", 1997.)
    """
    fitted = Ridge(alpha=penalty).fit(cells, values)
    return float(np.average(fitted.predict(all_cells), weights=counts))
