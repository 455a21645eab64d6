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
    """People by whom models are judged: everybody, put into groups beforehand."""

    X: NDArray[np.float64]
    default: NDArray[np.bool_]
    members: dict[str, NDArray[np.intp]]


def judged_by(X: NDArray[np.float64], default: NDArray[np.bool_], group: pd.Series) -> Judged:
    """Put everybody into "all" and one entry per group."""
    members = {"all": np.arange(len(default))}
    members |= {
        str(name): rows for name, rows in group.groupby(group, observed=True).indices.items()
    }
    return Judged(X, default, members)


def judge(model: LogisticRegression, city: Judged) -> pd.DataFrame:
    """Hold a model against everybody: one row per group, one column per metric.

    flagged: share refused, whose probability of default is above THRESHOLD. false-positive rate:
    share of those who would have paid that is refused. precision: share of the refused that would
    have defaulted. calibration: mean probability over the share that defaults; 1 is right, more is
    too dark a view. AUC: share of pairs (defaults, pays) that are ranked right. cost: per person,
    (LOSS x defaulters granted + payers refused) / people, in what one paying customer brings.
    """
    score = city.X @ model.coef_[0] + model.intercept_[0]
    p = 1 / (1 + np.exp(-score))
    rows = {}
    for name, rows_of in city.members.items():
        bad, flag = city.default[rows_of], p[rows_of] > THRESHOLD
        good_scores = np.sort(score[rows_of][~bad])
        refused, caught = flag.sum(), (flag & bad).sum()
        rows[name] = {
            "flagged": flag.mean(),
            "false-positive rate": (refused - caught) / (~bad).sum(),
            "precision": caught / refused if refused else np.nan,
            "calibration": p[rows_of].mean() / bad.mean(),
            "AUC": np.searchsorted(good_scores, score[rows_of][bad]).mean() / len(good_scores),
            "cost": (LOSS * (bad.sum() - caught) + refused - caught) / len(bad),
        }
    return pd.DataFrame(rows).T
