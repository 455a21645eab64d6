"""The course's credit model on a sample of Riverton, and what it does to each group of the city."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

LOSS = 9.0
"""What a default costs, in units of what a customer who pays brings."""
THRESHOLD = 1 / (1 + LOSS)
"""Refusing pays from this probability of default on: p LOSS > (1 - p) 1."""

COLUMNS = ("debt", "volatility", "age", "has_degree", "activity", "deprivation")
METRICS = ("flagged", "false-positive rate", "precision", "calibration", "AUC", "cost")


def features(people: pd.DataFrame) -> NDArray[np.float64]:
    """What the model sees of everybody, [N, 10]: standardised columns and two group indicators."""
    X = people[list(COLUMNS)].astype(float)
    X["log_income"] = np.log(people["income"])
    X["log_tenure"] = np.log1p(people["tenure_years"])
    X["is_b"], X["is_c"] = people["group"].eq("B"), people["group"].eq("C")
    X = X.astype(float)
    return ((X - X.mean()) / X.std()).to_numpy()


def fit(
    X: NDArray[np.float64], default: NDArray[np.bool_], weight: NDArray[np.float64] | None = None
) -> LogisticRegression:
    """A logistic regression of default: X [n, d], default [n], weight [n] of any scale."""
    if weight is not None:
        weight = weight / weight.mean()
    return LogisticRegression(max_iter=1_000).fit(X, default, sample_weight=weight)


class Judged(NamedTuple):
    """People by whom models are judged: everybody, put into groups beforehand.

    members: name of a group -> places of its people in X. apart: the places of everybody, group by
    group and payers first. ends: where each group begins in it, where its defaulters begin, and
    where it ends.
    """

    X: NDArray[np.float64]
    default: NDArray[np.bool_]
    members: dict[str, NDArray[np.intp]]
    apart: NDArray[np.intp]
    ends: dict[str, tuple[int, int, int]]


def judged_by(X: NDArray[np.float64], default: NDArray[np.bool_], group: pd.Series) -> Judged:
    """Put everybody into "all" and one entry per group."""
    default = np.asarray(default, bool)
    members = {"all": np.arange(len(default))}
    members |= {
        str(name): rows for name, rows in group.groupby(group, observed=True).indices.items()
    }
    apart, ends, start = [], {}, 0
    for name, rows in list(members.items())[1:]:
        apart += [rows[~default[rows]], rows[default[rows]]]
        ends[name] = (start, start + len(apart[-2]), start + len(rows))
        start += len(rows)
    return Judged(X, default, members, np.concatenate(apart), ends)


def judge(model: LogisticRegression, city: Judged) -> pd.DataFrame:
    """Hold a model against everybody; what it gives is told in :func:`judge_scores`."""
    return judge_scores(city.X @ model.coef_[0] + model.intercept_[0], city)


def judge_scores(
    score: NDArray[np.float64], city: Judged, threshold: float = THRESHOLD
) -> pd.DataFrame:
    """Hold everybody's log-odds of default [N] against what they did.

    Returns one row for all and one per group, one column per metric. flagged: share refused, whose
    probability of default is above ``threshold``. false-positive rate: share of those who would
    have paid that is refused. precision: share of the refused that would have defaulted; NaN where
    nobody is. calibration: mean probability over the share that defaults; 1 is right, more is too
    dark a view. AUC: share of pairs (defaults, pays) that are ranked right, equal scores counting
    half. cost: per person, (LOSS x defaulters granted + payers refused) / people, in what one
    paying customer brings. A group needs people of both kinds.
    """
    cut = np.log(threshold / (1 - threshold))
    score = score[city.apart]
    p = 1 / (1 + np.exp(-score))
    paid = {name: score[start:middle] for name, (start, middle, _) in city.ends.items()}
    failed = {name: score[middle:end] for name, (_, middle, end) in city.ends.items()}
    expected = {name: p[start:end].sum() for name, (start, _, end) in city.ends.items()}
    rows = {
        "all": _report(*(np.concatenate([*of.values()]) for of in (paid, failed)), p.sum(), cut)
    }
    rows |= {name: _report(paid[name], failed[name], expected[name], cut) for name in city.ends}
    return pd.DataFrame.from_dict(rows, orient="index", columns=METRICS)


def _report(
    paid: NDArray[np.float64], failed: NDArray[np.float64], expected: float, cut: float
) -> tuple[float, ...]:
    """The metrics, in their order, from the scores of those who pay and of those who do not."""
    paid, failed = np.sort(paid), np.sort(failed)
    refused = len(paid) - np.searchsorted(paid, cut, side="right")
    caught = len(failed) - np.searchsorted(failed, cut, side="right")
    below = not_above = np.searchsorted(paid, failed)
    if (paid.take(below, mode="clip") == failed).any():  # only then do equal scores need a count
        not_above = np.searchsorted(paid, failed, side="right")
    people = len(paid) + len(failed)
    return (
        (refused + caught) / people,
        refused / len(paid),
        caught / (refused + caught) if refused + caught else np.nan,
        expected / len(failed),
        (below.mean() + not_above.mean()) / 2 / len(paid),
        (LOSS * (len(failed) - caught) + refused) / people,
    )
