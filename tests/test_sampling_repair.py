"""Repairs of a sample: what they make fit, what they recover, and what they refuse."""

import numpy as np
import pytest
from scipy.special import expit

from labkit.sampling import repair

OLD = np.array([0, 0, 0, 1, 1, 1])
WOMAN = np.array([0, 1, 1, 0, 0, 1])


def held(weight, classes, classes_there=2):
    return np.bincount(classes, weight, minlength=classes_there)


def a_sample(seed, n=400):
    rng = np.random.default_rng(seed)
    classes = [rng.integers(k, size=n) for k in (3, 5, 4)]
    return rng, classes


# Post-stratification


def test_every_cell_adds_up_to_its_people():
    cell = np.array([0, 0, 1, 2, 2, 2])
    weight = repair.post_stratify(np.ones(6), cell, [10, 4, 30])
    assert weight.tolist() == [5, 5, 4, 10, 10, 10]


def test_weights_keep_their_proportions_within_a_cell():
    weight = repair.post_stratify([1, 3, 2], np.array([0, 0, 1]), [8, 5])
    assert weight.tolist() == [2, 6, 5]


def test_post_stratification_leaves_out_a_cell_that_nobody_came_from():
    weight = repair.post_stratify(np.ones(2), np.array([0, 2]), [10, 20, 30])
    assert weight.tolist() == [10, 30]


def test_a_cell_without_people_gets_no_weight():
    assert repair.post_stratify(np.ones(2), np.array([0, 1]), [10, 0]).tolist() == [10, 0]


def test_what_is_given_stays_as_it_is():
    given, cell, counts = np.ones(6), WOMAN.copy(), np.array([10.0, 20.0])
    repair.post_stratify(given, cell, counts)
    repair.rake(given, [(cell, counts)])
    repair.inverse_probability(given, np.full(6, 0.5), 0.5)
    assert given.tolist() == [1] * 6
    assert counts.tolist() == [10, 20] and cell.tolist() == WOMAN.tolist()


# Raking


def test_rake_equals_a_table_of_two_by_two_worked_out_by_hand():
    # The sample's table [[1, 2], [2, 1]] to rows 60, 40 and columns 50, 50. Raking keeps the odds
    # ratio, 1/4: a (a - 10) = (60 - a)(50 - a) / 4 for the first cell a, so 3 a^2 + 70 a = 3000.
    a = (-70 + np.sqrt(70**2 + 4 * 3 * 3000)) / 6
    weight = repair.rake(np.ones(6), [(OLD, [60, 40]), (WOMAN, [50, 50])])
    by_cell = np.bincount(OLD * 2 + WOMAN, weight)
    assert by_cell == pytest.approx([a, 60 - a, 50 - a, a - 10], rel=1e-10)
    assert a * (a - 10) / ((60 - a) * (50 - a)) == pytest.approx(1 / 4)


def test_one_round_is_enough_where_the_margins_are_independent_in_the_sample():
    classes = [np.repeat([0, 1], 6), np.tile([0, 1, 2], 4)]
    counts = [[30, 70], [50, 20, 30]]
    weight = repair.rake(np.ones(12), list(zip(classes, counts, strict=True)), rounds=1)
    expected = np.outer([0.3, 0.7], [50, 20, 30]).ravel() / 2
    assert np.sort(weight) == pytest.approx(np.sort(np.repeat(expected, 2)))


@pytest.mark.parametrize("seed", range(5))
def test_rake_fits_every_margin(seed):
    rng, classes = a_sample(seed)
    margins = [
        (c, rng.multinomial(10_000, rng.dirichlet(5 * np.ones(c.max() + 1)))) for c in classes
    ]
    weight = repair.rake(rng.random(400) + 0.1, margins)
    for c, counts in margins:
        assert held(weight, c, len(counts)) == pytest.approx(counts, rel=1e-10)
    assert repair.misfit(weight, margins) <= 1e-12
    assert (weight > 0).all()


def test_the_order_of_the_margins_does_not_matter_in_the_end():
    margins = [(OLD, [60, 40]), (WOMAN, [50, 50])]
    there, back = (repair.rake(np.ones(6), each) for each in (margins, margins[::-1]))
    assert there == pytest.approx(back, rel=1e-9)


def test_one_pass_fits_the_last_margin_alone():
    """The wrong way that people take: the test's measure of fit catches it."""
    margins = [(OLD, [60, 40]), (WOMAN, [50, 50])]
    weight = np.ones(6)
    for classes, counts in margins:
        weight = repair.post_stratify(weight, classes, counts)
    assert repair.misfit(weight, margins[1:]) == pytest.approx(0)
    assert repair.misfit(weight, margins) > 0.01


def test_the_product_of_two_factors_fits_no_margin():
    """Another wrong way: scale for each margin apart and multiply the factors."""
    margins = [(OLD, [60, 40]), (WOMAN, [30, 70])]
    factors = [repair.post_stratify(np.ones(6), *margin) for margin in margins]
    product = factors[0] * factors[1]
    product *= 100 / product.sum()
    assert all(repair.misfit(product, [margin]) > 0.01 for margin in margins)


def test_rake_names_the_class_that_is_empty():
    margins = [(OLD, [60, 40]), (WOMAN, [50, 30, 20])]
    with pytest.raises(ValueError, match="class 2 of margin 1"):
        repair.rake(np.ones(6), margins)


def test_rake_names_a_class_whose_people_all_weigh_nothing():
    with pytest.raises(ValueError, match="class 1 of margin 0"):
        repair.rake([1, 1, 1, 0, 0, 0], [(OLD, [60, 40])])


def test_rake_refuses_margins_of_different_totals():
    with pytest.raises(ValueError, match="do not fit after 1000 rounds"):
        repair.rake(np.ones(6), [(OLD, [60, 40]), (WOMAN, [50, 70])])


def test_rake_refuses_a_table_whose_holes_no_weight_fills():
    # All old are women and all young men, so the two margins would have to be alike.
    with pytest.raises(ValueError, match="do not fit"):
        repair.rake(np.ones(6), [(OLD, [60, 40]), (OLD, [50, 50])])


# Inverse-probability weights


def test_a_weight_is_one_over_the_chance():
    weight = repair.inverse_probability([1, 2, 1], [0.5, 0.25, 1])
    assert weight.tolist() == [2, 8, 1]


def test_trimming_cuts_at_a_multiple_of_the_mean_weight():
    weight = repair.inverse_probability(np.ones(4), [1, 1, 1, 0.1], largest=2)
    assert weight == pytest.approx([1, 1, 1, 6.5])  # the mean is 13 / 4


def test_a_chance_of_nothing_is_refused():
    with pytest.raises(ValueError, match="chance of 0"):
        repair.inverse_probability(np.ones(2), [0.5, 0])


@pytest.mark.parametrize("seed", range(3))
def test_a_known_logistic_model_is_recovered(seed):
    """Slopes within six standard errors: false alarms below one in ten million for each."""
    rng, true = np.random.default_rng(seed), np.array([0.8, -0.5, 0.0])
    features = rng.standard_normal((20_000, 3))
    chance = expit(-1 + features @ true)
    came = rng.random(20_000) < chance
    fitted = repair.chance_of_coming(features, came, strength=1e6)
    design = np.column_stack([np.ones(len(features)), features])
    logit = np.log(fitted / (1 - fitted))
    slopes = np.linalg.lstsq(design, logit, rcond=None)[0]
    error = np.sqrt(np.diag(np.linalg.inv((design.T * chance * (1 - chance)) @ design)))
    assert np.abs((slopes - [-1, *true]) / error).max() < 6
    assert fitted.mean() == pytest.approx(came.mean(), rel=1e-6)
    # A model without the driver is caught by the same measure: its slopes for it are none.
    blind = repair.chance_of_coming(features[:, 1:], came, strength=1e6)
    lost = np.linalg.lstsq(design, np.log(blind / (1 - blind)), rcond=None)[0]
    assert abs(lost[1] - 0.8) / error[1] > 20


# Regression and post-stratification


def ridge_by_hand(values, cells, all_cells, counts, penalty):
    centre = cells.mean(axis=0)
    X, y = cells - centre, values - values.mean()
    slope = np.linalg.solve(X.T @ X + penalty * np.eye(X.shape[1]), X.T @ y)
    return np.average(values.mean() + (all_cells - centre) @ slope, weights=counts)


@pytest.mark.parametrize("penalty", [0.01, 1, 100])
def test_regression_equals_its_closed_form(penalty):
    rng = np.random.default_rng(3)
    all_cells, counts = rng.standard_normal((12, 3)), rng.integers(1, 900, 12)
    cell = rng.integers(12, size=200)
    values = rng.standard_normal(200) + cell
    got = repair.regress_and_post_stratify(values, all_cells[cell], all_cells, counts, penalty)
    expected = ridge_by_hand(values, all_cells[cell], all_cells, counts, penalty)
    assert got == pytest.approx(expected, rel=1e-10)


def test_without_a_penalty_it_is_post_stratification_and_with_all_of_it_the_plain_mean():
    cell, counts = np.array([0, 0, 1, 2, 2, 2]), [10, 4, 30]
    values, own = np.array([1.0, 3, 5, 2, 2, 8]), np.eye(3)
    weight = repair.post_stratify(np.ones(6), cell, counts)
    nothing, everything = (
        repair.regress_and_post_stratify(values, own[cell], own, counts, penalty)
        for penalty in (1e-9, 1e12)
    )
    assert nothing == pytest.approx(np.average(values, weights=weight))
    assert everything == pytest.approx(values.mean())


def test_a_cell_that_nobody_came_from_leans_on_the_others():
    age = np.arange(4.0)[:, None]  # the mean of a cell is 10 + 2 age, and nobody of age 3 came
    values = np.array([10.0, 12, 14, 10, 12, 14])
    got = repair.regress_and_post_stratify(values, age[[0, 1, 2, 0, 1, 2]], age, [0, 0, 0, 5], 1e-9)
    assert got == pytest.approx(16)
