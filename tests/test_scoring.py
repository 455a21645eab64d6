"""The course's credit model is judged as a plain count over everybody would judge it."""

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from labkit.riverton import scoring


@pytest.fixture(scope="module")
def town():
    """3,000 people in three groups, their features, who defaults, and the log-odds of a model."""
    rng = np.random.default_rng(1)
    X = rng.normal(size=(3_000, 4))
    group = pd.Series(rng.choice(list("ABC"), 3_000, p=[0.7, 0.2, 0.1]), dtype="category")
    default = rng.random(3_000) < 1 / (1 + np.exp(2 - X[:, 0]))
    return X, default, group


def counted(score, default, here, threshold):
    """The metrics of the people in ``here``, each as its definition says."""
    p, bad = 1 / (1 + np.exp(-score[here])), default[here]
    refused = p > threshold
    return {
        "flagged": refused.mean(),
        "false-positive rate": refused[~bad].mean(),
        "precision": bad[refused].mean() if refused.any() else np.nan,
        "calibration": p.mean() / bad.mean(),
        "AUC": roc_auc_score(bad, score[here]),
        "cost": np.mean(scoring.LOSS * (bad & ~refused) + (refused & ~bad)),
    }


@pytest.mark.parametrize("threshold", [scoring.THRESHOLD, 0.3, 0.9999])
@pytest.mark.parametrize("digits", [12, 0])
def test_each_metric_is_what_its_definition_says(town, threshold, digits):
    X, default, group = town
    score = (1.2 * X[:, 0] - 0.4 * X[:, 1] - 2).round(digits)  # rounded to whole numbers: ties
    found = scoring.judge_scores(score, scoring.judged_by(X, default, group), threshold)
    assert list(found.index) == ["all", "A", "B", "C"]
    assert tuple(found.columns) == scoring.METRICS
    for name in found.index:
        here = np.ones(len(group), bool) if name == "all" else group.eq(name).to_numpy()
        expected = pd.Series(counted(score, default, here, threshold))
        np.testing.assert_allclose(found.loc[name], expected[list(scoring.METRICS)], rtol=1e-9)


def test_a_probability_at_the_threshold_is_granted(town):
    X, default, group = town
    score = np.full(len(default), np.log(scoring.THRESHOLD / (1 - scoring.THRESHOLD)))
    found = scoring.judge_scores(score, scoring.judged_by(X, default, group))
    assert (found["flagged"] == 0).all() and found["precision"].isna().all()
    assert found["AUC"].eq(0.5).all()


def test_refusing_everybody_in_a_group_does_not_look_good(town):
    X, default, group = town
    score = np.where(group.eq("C"), 9.0, -9.0)
    found = scoring.judge_scores(score, scoring.judged_by(X, default, group)).loc["C"]
    prevalence = default[group.eq("C")].mean()
    assert found["false-positive rate"] == 1 and found["AUC"] == 0.5
    assert found["precision"] == pytest.approx(prevalence)
    assert found["cost"] == pytest.approx(1 - prevalence)


def test_a_model_is_judged_by_its_own_log_odds(town):
    X, default, group = town
    city = scoring.judged_by(X, default, group)
    model = scoring.fit(X[:500], default[:500])
    score = model.decision_function(X)
    pd.testing.assert_frame_equal(scoring.judge(model, city), scoring.judge_scores(score, city))


def test_the_scale_of_weights_does_not_matter(town):
    X, default, _ = town
    weight = np.where(default, 3.0, 1.0)
    one, other = (scoring.fit(X, default, scale * weight).coef_ for scale in (1, 1_000))
    np.testing.assert_allclose(one, other, rtol=1e-6)


def test_a_weight_of_two_is_a_row_that_stands_twice(town):
    X, default, _ = town
    weight = np.where(np.arange(len(X)) < 100, 2.0, 1.0)
    twice = np.r_[np.arange(len(X)), np.arange(100)]
    weighted = scoring.LogisticRegression(max_iter=1_000, tol=1e-9).fit(X, default, weight)
    repeated = scoring.LogisticRegression(max_iter=1_000, tol=1e-9).fit(X[twice], default[twice])
    np.testing.assert_allclose(weighted.coef_, repeated.coef_, atol=1e-5)


def test_members_are_places_in_the_order_that_was_given(town):
    X, default, group = town
    city = scoring.judged_by(X, default, group)
    for name in "ABC":
        assert np.array_equal(city.members[name], np.flatnonzero(group.eq(name)))
    assert np.array_equal(np.sort(city.apart), np.arange(len(X)))
    start, middle, end = city.ends["B"]
    assert not default[city.apart[start:middle]].any() and default[city.apart[middle:end]].all()
