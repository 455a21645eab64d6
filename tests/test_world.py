"""Riverton is what the lessons rely on: shares, rates, gradients, ties."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from labkit.riverton import data, truth
from labkit.riverton.credit import OBSERVED_AT, default_logit
from labkit.riverton.friendships import neighbours


@pytest.fixture(scope="module")
def people():
    return data.load_people()


@pytest.fixture(scope="module")
def known():
    return data.load_truth()


@pytest.fixture(scope="module")
def friendships():
    return data.load_friendships()


@pytest.fixture(scope="module")
def followings():
    return data.load_followings()


def _columns(people):
    """The columns that a plain credit model would use, as they enter the equation."""
    return pd.DataFrame(
        {
            "volatility": people["volatility"],
            "log_income": np.log(people["income"]),
            "debt": people["debt"],
            "log_tenure": np.log1p(people["tenure_years"]),
            "deprivation": people["deprivation"],
            "activity": people["activity"],
            "age": people["age"] / 10,
            "cohort": people["cohort"] / 10,
        }
    )


# The people


def test_everybody_stands_once_and_in_order(people, known):
    n = len(people)
    assert n == 200_000
    assert (people["person_id"] == np.arange(n)).all()
    assert (known["person_id"] == people["person_id"]).all()


def test_names_are_words_in_a_fixed_order(people):
    assert list(people["group"].cat.categories) == ["A", "B", "C"]
    assert list(people["borough"].cat.categories) == ["Oldtown", "Harbour", "Weirside", "Foundry"]
    assert list(people["sex"].cat.categories) == ["female", "male"]


def test_numbers_are_wide_enough_to_reckon_with(people):
    numbers = people.select_dtypes("number")
    assert set(numbers.dtypes.astype(str)) == {"int64", "float64"}


def test_group_shares(people):
    share = truth.by_group(people)["share"]
    assert share["A"] == pytest.approx(0.741, abs=0.015)
    assert share["B"] == pytest.approx(0.217, abs=0.015)
    assert share["C"] == pytest.approx(0.042, abs=0.004)
    assert share["all"] == 1


def test_prevalence_and_spend(people):
    table = truth.by_group(people)
    assert truth.prevalence(people) == pytest.approx(0.056, abs=0.003)
    assert table.loc["A", "prevalence"] < table.loc["B", "prevalence"]
    assert 0.15 < table.loc["C", "prevalence"] < 0.21
    assert truth.mean_spend(people) == pytest.approx(2328, rel=0.02)


def test_districts_differ_in_size_and_hold_people_who_are_alike(people):
    size = np.bincount(people["district"])
    assert len(size) == 200
    assert 150 < size.min() < 350
    assert 2_500 < size.max() < 4_500
    icc = truth.intraclass_correlation(people["spend"], people["district"])
    assert icc == pytest.approx(0.10, abs=0.02)


def test_district_table_agrees_with_the_people(people):
    districts = data.load_districts()
    assert (districts["people"] == np.bincount(people["district"])).all()
    lived_in = people.groupby("district")["deprivation"].agg(["min", "max"])
    assert (lived_in["min"] == districts["deprivation"]).all()
    assert (lived_in["max"] == districts["deprivation"]).all()


def test_deprived_fifths_have_more_newcomers_more_default_and_less_spend(people):
    fifth = pd.qcut(people["deprivation"], 5, labels=False)
    table = people.assign(newcomer=people["group"] == "B").groupby(fifth)
    assert table["newcomer"].mean().is_monotonic_increasing
    assert table["default"].mean().is_monotonic_increasing
    assert table["spend"].mean().is_monotonic_decreasing


@pytest.mark.parametrize(
    "column", ["age", "income", "debt", "volatility", "activity", "spend", "default", "approved"]
)
def test_sex_makes_no_difference_beyond_noise(people, column):
    by_sex = people.groupby("sex")[column].agg(["mean", "var", "size"])
    difference = by_sex["mean"]["female"] - by_sex["mean"]["male"]
    assert abs(difference) < 3.5 * np.sqrt((by_sex["var"] / by_sex["size"]).sum())


def test_people_without_the_app_are_many_and_others(people):
    without = people[~people["has_app"]]
    assert 0.08 < len(without) / len(people) < 0.18
    assert without["age"].mean() > people["age"].mean() + 3
    assert without["spend"].mean() < 0.9 * truth.mean_spend(people)


def test_document_stands_in_for_group_b(people):
    from sklearn.metrics import roc_auc_score

    newcomer = people["group"] == "B"
    share = newcomer.groupby(people["id_document"], observed=True).mean()
    score = people["id_document"].astype(str).map(share)
    assert roc_auc_score(newcomer, score) == pytest.approx(0.92, abs=0.01)


def test_stating_the_income_depends_on_the_income(people):
    stated = people["states_income"]
    assert 0.05 < 1 - stated.mean() < 0.2
    assert people.loc[stated, "income"].mean() > 1.02 * people["income"].mean()


def test_later_cohorts_meet_merchants_that_earlier_ones_never_saw(people):
    early, late = people[people["cohort"] < 18], people[people["cohort"] >= 18]
    unseen = ~late["merchant"].isin(early["merchant"].unique())
    assert 0.02 < unseen.mean() < 0.15
    assert people["merchant"].nunique() > 1_500


# Credit


def test_true_probability_is_the_documented_equation_of_the_stored_columns(people, known):
    district = data.load_districts()["default_effect"].to_numpy()[people["district"]]
    effect = data.load_merchants().set_index("merchant")["default_effect"]
    merchant = effect.loc[people["merchant"].astype(str)].to_numpy()
    expected = expit(default_logit(people, district, merchant).round(2)).round(6)
    np.testing.assert_allclose(known["p_default"], expected, atol=1e-9)


def test_defaults_happen_as_often_as_the_true_probability_says(people, known):
    tenth = pd.qcut(known["p_default"], 10, labels=False)
    said = known["p_default"].groupby(tenth).mean()
    seen = people["default"].groupby(tenth).agg(["mean", "size"])
    noise = np.sqrt(said * (1 - said) / seen["size"])
    assert (abs(seen["mean"] - said) < 4 * noise).all()


def test_volatility_means_the_opposite_in_c_in_the_true_probability(people, known):
    columns = _columns(people).assign(constant=1.0)
    in_c = (people["group"] == "C").to_numpy()
    log_odds = logit(known["p_default"])
    slope = {
        c: np.linalg.lstsq(columns[in_c == c], log_odds[in_c == c], rcond=None)[0][0]
        for c in (True, False)
    }
    assert slope[True] < -0.8
    assert slope[False] > 0.8


def test_volatility_means_the_opposite_in_c_for_a_fitted_model(people):
    from sklearn.linear_model import LogisticRegression

    columns = _columns(people)
    for rows, sign in ((people["group"] == "C", -1), (people["group"] != "C", 1)):
        chosen = np.flatnonzero(rows)[::5] if sign == 1 else np.flatnonzero(rows)
        model = LogisticRegression(max_iter=2_000)
        model.fit(columns.iloc[chosen], people["default"].iloc[chosen])
        assert sign * model.coef_[0][0] > 0.5


def test_officers_decided_harder_on_b_and_on_nobody_else(people, known):
    hit = known["fair_approval"] & ~people["approved"]
    assert not (people["approved"] & ~known["fair_approval"]).any()
    assert set(people.loc[hit, "group"]) == {"B"}
    assert hit[people["group"] == "B"].mean() > 0.1


def test_default_is_rarer_among_the_approved(people):
    assert truth.prevalence(people[people["approved"]]) < 0.6 * truth.prevalence(people)


def test_defaults_show_after_months_that_depend_on_the_person(people):
    months = people["months_to_default"]
    assert (months.notna() == people["default"]).all()
    assert months.min() >= 1
    assert (months.dropna() > 12).mean() < 0.1
    assert 0.1 < (months.dropna() <= 3).mean() < 0.25
    volatile = people["volatility"] > 0.5
    assert months[volatile].mean() < months[~volatile].mean() - 1


def test_young_cohorts_look_better_than_they_are(people):
    seen = people["cohort"] + people["months_to_default"] <= OBSERVED_AT
    old, young = people["cohort"] < 6, people["cohort"] >= 20
    assert people.loc[young, "default"].mean() > people.loc[old, "default"].mean()
    assert seen[young].mean() < 0.5 * seen[old].mean()


def test_collection_calls_leak_the_outcome(people):
    calls = people["collection_calls"] > 0
    assert people.loc[calls, "default"].mean() > 0.5
    assert people.loc[~calls, "default"].mean() < 0.005


def test_what_is_bent_leaves_a_plain_logistic_room_to_improve(people):
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import roc_auc_score

    in_c = people["group"] == "C"
    plain = _columns(people).assign(c=in_c, volatility_c=people["volatility"] * in_c)
    squeeze = (people["debt"] - 0.2).clip(lower=0) * people["volatility"].clip(lower=0) * ~in_c
    bent = plain.assign(bend=((people["age"] - 44) / 14) ** 2, squeeze=squeeze)
    order = np.random.default_rng(0).permutation(len(people))
    fit, held = order[:40_000], order[40_000:]
    outcome = people["default"]
    auc = []
    for columns in (plain, bent):
        model = LogisticRegression(max_iter=2_000).fit(columns.iloc[fit], outcome.iloc[fit])
        auc.append(roc_auc_score(outcome.iloc[held], model.decision_function(columns.iloc[held])))
    assert auc[1] > auc[0] + 0.01


# Ties


def test_friends_have_more_friends(people, friendships):
    degree = truth.degrees(friendships, len(people))
    assert degree.mean() == pytest.approx(12.15, abs=0.1)
    assert truth.friends_mean_degree(degree) == pytest.approx(23.7, abs=0.5)


def test_some_people_have_no_friend_and_most_hang_together(people, friendships):
    alone = truth.degrees(friendships, len(people)) == 0
    assert 0.005 < alone.mean() < 0.03
    assert truth.giant_component_share(friendships, len(people)) == pytest.approx(0.985, abs=0.005)


def test_most_ties_stay_within_the_group(people, friendships):
    within = truth.ties_within_group(friendships, people["group"])
    for group, share in {"A": 0.956, "B": 0.836, "C": 0.798}.items():
        assert within[group] == pytest.approx(share, abs=0.01)


def test_each_friendship_stands_once(friendships):
    assert (friendships["person_a"] < friendships["person_b"]).all()
    assert not friendships.duplicated().any()


def test_followings_lie_among_accounts_and_some_accounts_are_out_of_reach(people, followings):
    has_app = people["has_app"].to_numpy()
    assert has_app[followings["follower"]].all()
    assert has_app[followings["followed"]].all()
    assert (followings["follower"] != followings["followed"]).all()
    assert not followings.duplicated().any()
    followers = np.bincount(followings["followed"], minlength=len(people))[has_app]
    assert 0.05 < (followers == 0).mean() < 0.3
    assert followers.max() > 100


def test_neighbours_go_both_ways_unless_directed():
    edges = pd.DataFrame({"one": [0, 0, 2], "other": [3, 1, 3]})
    indptr, indices = neighbours(edges, 5)
    assert indptr.tolist() == [0, 2, 3, 4, 6, 6]
    assert indices.tolist() == [1, 3, 0, 3, 0, 2]
    indptr, indices = neighbours(edges, 5, directed=True)
    assert indptr.tolist() == [0, 2, 2, 3, 3, 3]
    assert indices.tolist() == [1, 3, 3]


# The truth functions on cases that can be reckoned by hand


def test_intraclass_correlation_by_hand():
    cluster = [0, 0, 1, 1]
    assert truth.intraclass_correlation([1, 1, 2, 2], cluster) == 1
    assert truth.intraclass_correlation([1, 2, 1, 2], cluster) == pytest.approx(-0.5)
    assert truth.intraclass_correlation([1, 3, 5, 7], cluster) == pytest.approx(1 - 2 / (20 / 3))
    assert truth.intraclass_correlation([1, 1, 2, 2], [0, 0, 7, 7]) == 1


def test_network_truths_by_hand():
    star_and_loner = pd.DataFrame({"person_a": [0, 0, 0], "person_b": [1, 2, 3]})
    degree = truth.degrees(star_and_loner, 5)
    assert degree.tolist() == [3, 1, 1, 1, 0]
    assert truth.friends_mean_degree(degree) == 2
    assert truth.giant_component_share(star_and_loner, 5) == 0.8
    within = truth.ties_within_group(star_and_loner, pd.Series(list("AABBB")))
    assert within.to_dict() == {"A": 0.5, "B": 0.0}
