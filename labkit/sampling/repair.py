"""Repairs of a sample by what is known about the population: they are as good as what they assume.

A cell or class is given as one whole number from 0 for each person.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression, Ridge

Weights = NDArray[np.float64]


def post_stratify(weight: ArrayLike, cell: NDArray[np.integer], counts: ArrayLike) -> Weights:
    """Scale weights so that every cell adds up to its people in the population.

    weight, cell: [n]. counts: [cells]. A cell that holds people and nobody of the sample cannot be
    filled: its people are then missing from the weights' sum.
    """
    counts = np.asarray(counts, float)
    held = np.bincount(cell, np.asarray(weight, float), minlength=len(counts))
    return np.asarray(weight) * (counts / np.where(held > 0, held, 1))[cell]


def rake(
    weight: ArrayLike,
    margins: Sequence[tuple[NDArray[np.integer], ArrayLike]],
    *,
    tolerance: float = 1e-12,
    rounds: int = 1_000,
) -> Weights:
    """Post-stratify to one margin after the other, round after round, until all of them fit.

    weight: [n]. margins: (classes [n], counts in the population) of each. Stops when no margin is
    off by more than ``tolerance`` of the population. Raises ValueError where that is not reached:
    an empty class cannot be filled.
    (Deming and Stephan, "On a least squares adjustment of a sampled frequency table", 1940.)
    """
    weight = np.asarray(weight, float)
    for _ in range(rounds):
        off = 0.0
        for classes, counts in margins:
            counts = np.asarray(counts, float)
            held = np.bincount(classes, weight, minlength=len(counts))
            off = max(off, np.abs(held - counts).max() / counts.sum())
            weight = post_stratify(weight, classes, counts)
        if off <= tolerance:
            return weight
    raise ValueError(
        f"the margins do not fit after {rounds} rounds: {off:.1%} off. Is a class empty?"
    )


def inverse_probability(weight: ArrayLike, chance: ArrayLike, largest: float = np.inf) -> Weights:
    """Divide weights by the estimated chance of having come, and cut the largest (trimming).

    weight, chance: [n]. largest: in multiples of the mean weight; what is cut goes to nobody.
    """
    repaired = np.asarray(weight) / np.asarray(chance)
    return np.minimum(repaired, largest * repaired.mean())


def chance_of_coming(
    features: NDArray[np.float64], came: NDArray[np.bool_], strength: float = 1.0
) -> NDArray[np.float64]:
    """Estimate everybody's chance of having come from their features, by logistic regression.

    features: [n, d]. came: [n]. strength: scikit-learn's C. Returns [n].
    """
    return (
        LogisticRegression(C=strength, max_iter=1_000)
        .fit(features, came)
        .predict_proba(features)[:, 1]
    )


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
