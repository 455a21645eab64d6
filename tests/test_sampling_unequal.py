"""Unequal chances: every sampler against its design, and samplers that only look like it.

Counts of people over R independent samples are binomial, whatever happens inside a sample, so each
is held to its own standard error: six of them, for at most 12 people and 66 pairs, is a false alarm
in less than one of a million runs. (Pearson's chi-square would be wrong for a design of fixed size:
its counts are not multinomial. It is right for draws with replacement.)
"""

from itertools import pairwise, permutations

import numpy as np
import pytest
from scipy.stats import chisquare

from labkit.sampling.unequal import inclusion_probabilities, poisson, pps, weighted

REPEATS, LIMIT = 6_000, 6
SCHOOLS = 6 * np.arange(1.0, 13) / 78
FIVE = np.array([0.9, 0.2, 0.5, 0.8, 0.6])


def drawn(sampler, N, repeats=REPEATS, seed=1):
    """How often each sample holds each person. [repeats, N]"""
    rng = np.random.default_rng(seed)
    return np.array([np.bincount(sampler(rng), minlength=N) for _ in range(repeats)])


def standard_errors(times, chance):
    """How far the share of samples is from the chance, in its standard errors."""
    repeats = len(times)
    return np.abs(times.mean(axis=0) - chance) / np.sqrt(chance * (1 - chance) / repeats)


def choice_p(chance):
    share = chance / chance.sum()
    return lambda rng: rng.choice(len(chance), round(chance.sum()), replace=False, p=share)


def coins_until_it_fits(chance):
    def draw(rng):
        while len(ids := poisson(chance, rng)) != round(chance.sum()):
            pass
        return ids

    return draw


def always_from_the_middle(chance):
    def draw(rng):
        order = rng.permutation(len(chance))
        marks = 0.5 + np.arange(round(chance.sum()))
        return order[np.searchsorted(np.cumsum(chance[order]), marks)]

    return draw


def pairs_by_design(chance):
    """Chances of pairs: over all orders of the list, and over all starts in [0, 1)."""
    N, n = len(chance), round(chance.sum())
    together, orders = np.zeros((N, N)), list(permutations(range(N)))
    for order in map(list, orders):
        reached = np.cumsum(chance[order])
        edges = np.unique(np.concatenate([[0, 1], reached % 1]).round(12))
        for low, high in pairwise(edges):
            ids = np.array(order)[np.searchsorted(reached, (low + high) / 2 + np.arange(n))]
            together[np.ix_(ids, ids)] += (high - low) / len(orders)
    return together


@pytest.mark.parametrize("chance", [SCHOOLS, FIVE], ids=["twelve schools", "five people"])
def test_pps_keeps_every_chance_and_its_size(chance):
    times = drawn(lambda rng: pps(chance, rng), len(chance))
    assert (times.sum(axis=1) == round(chance.sum())).all()
    assert times.max() == 1
    assert standard_errors(times, chance).max() < LIMIT


def test_pps_brings_pairs_together_as_its_random_order_says():
    times = drawn(lambda rng: pps(FIVE, rng), 5, seed=2)
    one, other = np.triu_indices(5, 1)
    by_design = pairs_by_design(FIVE)
    assert np.allclose(np.diag(by_design), FIVE)
    pairs = by_design[one, other]
    assert pairs.min() > 0
    assert standard_errors(times[:, one] * times[:, other], pairs).max() < LIMIT


@pytest.mark.parametrize(
    ("wrong", "chance"),
    [
        (choice_p, SCHOOLS),
        (choice_p, FIVE),
        (coins_until_it_fits, FIVE),
        (always_from_the_middle, SCHOOLS),
    ],
)
def test_what_only_looks_like_pps_is_caught(wrong, chance):
    """The worst of these is at least 11 standard errors off, so it passes once in 10^6 at most."""
    assert standard_errors(drawn(wrong(chance), len(chance)), chance).max() > LIMIT


def test_pps_at_the_edges():
    rng = np.random.default_rng(3)
    edge = np.array([1.0, 0.5, 0, 0.5, 1])
    times = drawn(lambda rng: pps(edge, rng), 5, repeats=500)
    assert (times[:, [0, 4]] == 1).all() and (times[:, 2] == 0).all()
    assert sorted(pps(np.ones(4), rng)) == [0, 1, 2, 3]
    assert len(pps(np.zeros(4), rng)) == 0
    assert len(pps(np.full(10, 0.3), rng)) == 3  # they sum to 2.9999999999999996
    with pytest.raises(ValueError, match=r"2\.4000"):
        pps(np.full(4, 0.6), rng)


def test_poisson_tosses_a_coin_of_its_own_for_everybody():
    times = drawn(lambda rng: poisson(SCHOOLS, rng), 12, seed=4)
    assert standard_errors(times, SCHOOLS).max() < LIMIT
    one, other = np.triu_indices(12, 1)
    product = SCHOOLS[one] * SCHOOLS[other]
    assert standard_errors(times[:, one] * times[:, other], product).max() < LIMIT
    size, variance = times.sum(axis=1), SCHOOLS @ (1 - SCHOOLS)
    assert abs(size.mean() - 6) < LIMIT * np.sqrt(variance / REPEATS)
    # The size is nearly normal: its variance has a standard error of sqrt(2 / R), all but 2 %.
    assert abs(size.var() / variance - 1) < LIMIT * np.sqrt(2 / REPEATS)


def test_weighted_draws_from_all_each_time():
    size = np.array([5.0, 1, 3, 1])
    times = drawn(lambda rng: weighted(size, 3, rng), 4, seed=5)
    assert (times.sum(axis=1) == 3).all() and times.max() == 3
    assert chisquare(times.sum(axis=0), 3 * REPEATS * size / 10).pvalue > 1e-7
    without = drawn(choice_p(3 * size / 10), 4, seed=5)
    assert chisquare(without.sum(axis=0), 3 * REPEATS * size / 10).pvalue < 1e-7


@pytest.mark.parametrize(
    ("size", "n", "expected"),
    [
        ([1, 2, 3, 4], 2, [0.2, 0.4, 0.6, 0.8]),
        ([1, 2, 3, 10], 2, [1 / 6, 1 / 3, 1 / 2, 1]),
        ([1000, 1, 100, 1, 10, 1, 1], 5, [1, 0.5, 1, 0.5, 1, 0.5, 0.5]),
        ([7, 2, 5], 3, [1, 1, 1]),
        ([7, 2, 5], 0, [0, 0, 0]),
        ([1, 0, 3], 2, [1, 0, 1]),
        ([0.1, 0.1, 0.1], 3, [1, 1, 1]),
        ([], 0, []),
    ],
)
def test_chances_by_hand(size, n, expected):
    assert inclusion_probabilities(size, n) == pytest.approx(expected)


@pytest.mark.parametrize("n", [1, 17, 180, 299, 300])
def test_chances_sum_to_n_and_go_with_size_below_one(n):
    size = np.random.default_rng(6).lognormal(0, 1.5, size=300)
    chance = inclusion_probabilities(size, n)
    assert chance.sum() == pytest.approx(n) and chance.max() <= 1
    below = chance < 1
    per_size = chance[below] / size[below]
    if below.any():
        assert np.allclose(per_size, per_size[0])
        assert (per_size[0] * size[~below] >= 1).all()


@pytest.mark.parametrize(("size", "n"), [([1, 2], 3), ([1, 0], 2), ([1, -1, 2], 1), ([1, 2], -1)])
def test_chances_that_cannot_be(size, n):
    with pytest.raises(ValueError, match=f"{n} cannot be drawn"):
        inclusion_probabilities(size, n)
