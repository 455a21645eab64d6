"""Strata, clusters and cells are labels, one whole number from 0 for each person."""

import numpy as np
from numpy.typing import NDArray


def members(label: NDArray[np.integer], labels: int) -> list[NDArray[np.intp]]:
    """List the people of each label from 0 to ``labels`` - 1, in rising order.

    label: [N]. A label that nobody has gets an empty list. Raises ValueError where somebody has a
    label of ``labels`` or more: such people would be lost in silence.
    """
    if label.max(initial=-1) >= labels:
        raise ValueError(f"label {label.max()} has no entry: there are {labels}, from 0")
    smallest = np.min_scalar_type(labels)  # numbers of 16 bits are sorted by their digits, fast
    order = np.argsort(label.astype(smallest), kind="stable")
    return np.split(order, np.bincount(label, minlength=labels).cumsum()[:-1])
