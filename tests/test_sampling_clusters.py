"""Clusters: chances of people and of pairs, and the design effect against what it stands for.

A person's count, or a pair's, over R independent samples is binomial. Each is held to six of its
own standard errors: for 12 people and 66 pairs a false alarm in less than one of a million runs.
"""

from itertools import combinations

import numpy as np
import pytest

from labkit.riverton.truth import intraclass_correlation
from labkit.sampling.clusters import design_effect, two_stage, whole_clusters

REPEATS, LIMIT = 4_000, 6
TOWN = np.array([0, 1, 1, 2, 2, 2, 0, 3, 3, 3, 3, 0])
"""The clusters of twelve people: 3, 2, 3 and 4 of them."""
SIZE = np.bincount(TOWN)
ONE, OTHER = np.triu_indices(12, 1)


def drawn(sampler, repeats=REPEATS, seed=1):
    """Which samples hold which people. [repeats, 12]"""
    rng = np.random.default_rng(seed)
    return np.array([np.bincount(sampler(rng), minlength=12) for _ in range(repeats)])


def standard_errors(times, chance):
    return np.abs(times.mean(axis=0) - chance) / np.sqrt(chance * (1 - chance) / len(times))


def clusters_by_lot(rng):
    """Wrong: equal chances for clusters, and the same number of people from each."""
    chosen = rng.choice(4, 2, replace=False)
    return np.concatenate([rng.permutation(np.flatnonzero(c == TOWN))[:2] for c in chosen])


def people_in_a_row(rng):
    """Wrong: clusters in proportion, but neighbours within them."""
    ids = two_stage(TOWN, 2, 2, rng)
    heaps = [np.flatnonzero(c == TOWN) for c in TOWN[ids[::2]]]
    return np.concatenate([np.roll(heap, rng.integers(len(heap)))[:2] for heap in heaps])


def test_whole_clusters_come_whole_and_by_lot():
    times = drawn(lambda rng: whole_clusters(TOWN, 2, rng))
    assert set(map(int, times.sum(axis=1))) == {a + b for a, b in combinations(SIZE.tolist(), 2)}
    assert standard_errors(times, np.full(12, 2 / 4)).max() < LIMIT
    same = TOWN[ONE] == TOWN[OTHER]
    assert (times[:, ONE[same]] == times[:, OTHER[same]]).all()
    together = times[:, ONE[~same]] * times[:, OTHER[~same]]
    assert standard_errors(together, 2 * 1 / (4 * 3)).max() < LIMIT


def test_all_clusters_are_everybody():
    assert whole_clusters(TOWN, 4, np.random.default_rng(1)).tolist() == list(range(12))
    assert len(whole_clusters(TOWN, 0, np.random.default_rng(1))) == 0
    with pytest.raises(ValueError, match="larger sample"):
        whole_clusters(TOWN, 5, np.random.default_rng(1))


def within_pairs():
    """Chances of two of one cluster in two stages: the cluster's, then the lottery's."""
    same = TOWN[ONE] == TOWN[OTHER]
    size = SIZE[TOWN[ONE[same]]]
    return same, 2 * size / 12 * (2 * 1 / (size * (size - 1)))


def test_two_stage_gives_everybody_the_same_chance():
    times = drawn(lambda rng: two_stage(TOWN, 2, 2, rng), seed=2)
    assert (times.sum(axis=1) == 4).all() and times.max() == 1
    assert standard_errors(times, np.full(12, 4 / 12)).max() < LIMIT
    same, chance = within_pairs()
    together = times[:, ONE[same]] * times[:, OTHER[same]]
    assert standard_errors(together, chance).max() < LIMIT


def test_clusters_by_lot_with_an_equal_take_are_caught():
    """In the cluster of two everybody's chance is 1/2 instead of 1/3: 22 standard errors."""
    assert standard_errors(drawn(clusters_by_lot), np.full(12, 4 / 12)).max() > LIMIT


def test_neighbours_within_clusters_are_caught_by_pairs_alone():
    """Two who stand apart in the cluster of four never come together: 22 standard errors."""
    times = drawn(people_in_a_row, seed=3)
    assert standard_errors(times, np.full(12, 4 / 12)).max() < LIMIT
    same, chance = within_pairs()
    assert standard_errors(times[:, ONE[same]] * times[:, OTHER[same]], chance).max() > LIMIT


def test_two_stage_keeps_those_of_a_cluster_side_by_side():
    ids = two_stage(TOWN, 2, 2, np.random.default_rng(4)).reshape(2, 2)
    assert (TOWN[ids[:, 0]] == TOWN[ids[:, 1]]).all()


def test_two_stage_says_what_cannot_be():
    with pytest.raises(ValueError, match="4 people is too large to draw 4 clusters"):
        two_stage(TOWN, 4, 2, np.random.default_rng(5))
    with pytest.raises(ValueError, match="larger sample"):
        two_stage(TOWN, 3, 5, np.random.default_rng(5))


def test_the_design_effect_is_the_ratio_of_variances_in_equal_clusters():
    """All pairs of 60 clusters, against the exact variance of a lottery of as many people.

    With rho as defined, the ratio is exactly 1 + M / (M - 1) (take - 1) rho for M clusters.
    """
    M, take = 60, 8
    rng = np.random.default_rng(6)
    values = rng.normal(size=(M, 1)) + rng.normal(size=(M, take)) * 2
    means = values.mean(axis=1)
    of_pairs = np.var([means[[a, b]].mean() for a, b in combinations(range(M), 2)])
    n, N = 2 * take, values.size
    ratio = of_pairs / (values.var(ddof=1) / n * (1 - n / N))
    rho = intraclass_correlation(values.ravel(), np.repeat(np.arange(M), take))
    assert ratio == pytest.approx(1 + M / (M - 1) * (take - 1) * rho, rel=1e-12)
    assert design_effect(take, rho) == pytest.approx(ratio, rel=1 / M)
    assert design_effect(take, 0) == design_effect(1, rho) == 1
    assert design_effect(take, 1) == take


def test_the_design_effect_of_unequal_clusters_is_near_the_exact_one():
    """40 of 4,000 clusters, whose sizes have nothing to do with what is asked."""
    rng = np.random.default_rng(7)
    size = rng.integers(2, 40, size=4_000)
    cluster = np.repeat(np.arange(4_000), size)
    values = rng.normal(size=4_000)[cluster] + 2 * rng.normal(size=len(cluster))
    rho = intraclass_correlation(values, cluster)
    residual = np.bincount(cluster, values - values.mean())
    variance = residual.var(ddof=1) / 40 / size.mean() ** 2
    n = 40 * size.mean()
    exact = variance / (values.var(ddof=1) / n)
    variation = size.std() / size.mean()
    assert design_effect(size.mean(), rho, variation) == pytest.approx(exact, rel=0.08)
    assert design_effect(size.mean(), rho) < 0.85 * exact
