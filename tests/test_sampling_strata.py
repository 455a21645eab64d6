"""Strata: allocations, lotteries within strata, two phases, and labels dealt apart.

Counts over repeated draws may be off by six standard errors. By the exact binomial distribution of
every count a right sampler then fails with a probability below one in a million per test.
"""

import itertools

import numpy as np
import pytest

from labkit.sampling import strata
from labkit.sampling.estimate import hajek, variance_of_two_phase_mean

LIMIT = 6.0


def variance(size, deviation, places):
    size, places = np.asarray(size, float), np.asarray(places, float)
    return np.sum((size / size.sum()) ** 2 * deviation**2 / places * (1 - places / size))


def test_small_allocations_by_hand():
    assert strata.proportional([55, 33, 12], 20).tolist() == [11, 7, 2]
    assert strata.proportional([253, 252, 251, 244], 10).tolist() == [3, 3, 2, 2]
    assert strata.proportional([900, 90, 10], 20, at_least=2).tolist() == [16, 2, 2]
    assert strata.proportional([90, 9, 1], 10, at_least=2).tolist() == [7, 2, 1]
    assert strata.neyman([100, 100], [1.0, 3.0], 40).tolist() == [10, 30]
    assert strata.neyman([300, 100], [1.0, 3.0], 40).tolist() == [20, 20]
    assert strata.equal([100, 100, 100], 10).tolist() == [4, 3, 3]
    assert strata.equal([100, 100, 2], 10).tolist() == [4, 4, 2]


def test_neyman_takes_whole_what_would_get_more_than_it_holds():
    # The rest is shared by need, 3 to 1; to share it evenly would be 25 and 20.
    assert strata.neyman([5, 100, 100], [1000.0, 3.0, 1.0], 45).tolist() == [5, 30, 10]
    assert strata.neyman([5, 10, 100], [1000.0, 100.0, 1.0], 20).tolist() == [5, 10, 5]
    assert strata.neyman([5, 3], [1.0, 9.0], 8).tolist() == [5, 3]


def test_neyman_where_nothing_deviates():
    assert strata.neyman([60, 30, 10], [0.0, 0.0, 0.0], 10).tolist() == [6, 3, 1]
    assert strata.neyman([60, 30, 10], [1.0, 0.0, 0.0], 10).tolist() == [8, 1, 1]
    # Beyond the stratum that deviates, the others share in proportion.
    assert strata.neyman([4, 20, 10], [1.0, 0.0, 0.0], 10).tolist() == [4, 4, 2]


@pytest.mark.parametrize("at_least", [0, 1, 2])
def test_allocations_keep_the_total_and_the_bounds(at_least):
    rng = np.random.default_rng(1)
    for _ in range(300):
        size = rng.integers(1, 60, size=rng.integers(2, 9))
        lowest = np.minimum(at_least, size)
        n = int(rng.integers(max(lowest.sum(), 1), size.sum() + 1))
        deviation = rng.exponential(size=len(size))
        plans = {
            "proportional": strata.proportional(size, n, at_least),
            "neyman": strata.neyman(size, deviation, n, at_least),
            "equal": strata.equal(size, n, at_least),
        }
        for name, places in plans.items():
            assert places.sum() == n, (name, size, n)
            assert (places >= lowest).all() and (places <= size).all(), (name, size, n)
        share = n * size / size.sum()
        if (np.floor(share) >= lowest).all():
            assert (np.abs(plans["proportional"] - share) < 1).all()


def test_neyman_is_no_worse_than_any_other_allocation():
    rng = np.random.default_rng(2)
    for _ in range(30):
        size, deviation = rng.integers(5, 30, size=3), rng.exponential(size=3) + 0.2
        n = int(rng.integers(9, 16))
        mine = variance(size, deviation, strata.neyman(size, deviation, n))
        every = [
            variance(size, deviation, (a, b, n - a - b))
            for a, b in itertools.product(range(1, n), repeat=2)
            if 1 <= n - a - b <= size[2] and a <= size[0] and b <= size[1]
        ]
        # Rounding Neyman's fractions is not always the best whole allocation, but close to it.
        assert mine <= 1.05 * min(every)
        assert mine <= 1.01 * variance(size, deviation, strata.proportional(size, n))


@pytest.mark.parametrize("n", [2, 11])
@pytest.mark.parametrize(
    "share",
    [strata.proportional, strata.equal, lambda size, n: strata.neyman(size, [1.0, 2, 3], n)],
)
def test_places_that_cannot_be_shared(share, n):
    with pytest.raises(ValueError, match="cannot be shared among strata"):
        share([5, 3, 2], n)


STRATUM = np.array([2, 0, 1, 0, 0, 1, 2, 0, 1, 0, 2, 1])  # 5, 4 and 3 people
PLACES = np.array([2, 3, 1])
DRAWS = 8_000


def chances_of_pairs(stratum, places):
    size = np.bincount(stratum)
    one = (places / size)[stratum]
    both = np.outer(one, one)
    within = (places * (places - 1) / (size * (size - 1)))[stratum]
    both = np.where(stratum[:, None] == stratum, within[:, None], both)
    np.fill_diagonal(both, one)
    return both


def worst(draw):
    """How far the worst count of a person or a pair is off its chance, in standard errors."""
    rng = np.random.default_rng(3)
    table = np.zeros((DRAWS, len(STRATUM)))
    for row in table:
        np.add.at(row, draw(rng), 1)
    count, chance = table.T @ table, chances_of_pairs(STRATUM, PLACES)
    error = np.sqrt(DRAWS * np.maximum(chance * (1 - chance), 1 / DRAWS))
    return (np.abs(count - DRAWS * chance) / error).max()


def block(rng):
    """Wrong: neighbours within a stratum come together."""
    ids = [np.flatnonzero(h == STRATUM) for h in range(3)]
    return np.concatenate(
        [np.roll(i, rng.integers(len(i)))[:k] for i, k in zip(ids, PLACES, strict=True)]
    )


def same_seed(rng):
    """Wrong: every stratum gets the same draws, so who comes from one tells who from the next."""
    seed = rng.integers(2**32)
    return np.concatenate(
        [
            np.random.default_rng(seed).permutation(np.flatnonzero(h == STRATUM))[:k]
            for h, k in enumerate(PLACES)
        ]
    )


def with_replacement(rng):
    """Wrong: whoever is drawn goes back into the hat."""
    return np.concatenate(
        [rng.choice(np.flatnonzero(h == STRATUM), k) for h, k in enumerate(PLACES)]
    )


def one_lottery(rng):
    """Wrong: as many people, and no strata."""
    return rng.choice(len(STRATUM), PLACES.sum(), replace=False)


def test_stratified_gives_persons_and_pairs_their_chances():
    assert worst(lambda rng: strata.stratified(STRATUM, PLACES, rng)) <= LIMIT


@pytest.mark.parametrize("wrong", [block, same_seed, with_replacement, one_lottery])
def test_a_wrong_stratified_sampler_is_caught(wrong):
    assert worst(wrong) > 3 * LIMIT


def test_stratified_holds_the_places_in_every_draw():
    rng = np.random.default_rng(4)
    for _ in range(50):
        ids = strata.stratified(STRATUM, PLACES, rng)
        assert len(set(ids)) == len(ids)
        assert np.bincount(STRATUM[ids]).tolist() == PLACES.tolist()
    assert sorted(strata.stratified(STRATUM, [5, 4, 3], rng)) == list(range(12))
    assert set(STRATUM[strata.stratified(STRATUM, [2, 0, 1], rng)]) == {0, 2}


def test_a_stratum_without_an_entry_is_not_lost_in_silence():
    with pytest.raises(ValueError, match="label 2 has no entry"):
        strata.stratified(STRATUM, [2, 3], np.random.default_rng(5))


def test_more_places_than_people():
    with pytest.raises(ValueError, match="larger sample than population"):
        strata.stratified(STRATUM, [2, 3, 4], np.random.default_rng(5))


GROUP = np.repeat([0, 1, 2], [70, 36, 14])
VALUE = np.random.default_rng(6).gamma(2.0, size=120) * (1 + 2 * GROUP)


@pytest.fixture(scope="module")
def phases():
    """Of 6,000 two-phase samples: weighted mean, bare mean, variance, and who was in."""
    rng, rows, count = np.random.default_rng(7), [], np.zeros(120)
    for _ in range(6_000):
        ids, weight, seen = strata.two_phase(GROUP, 60, 18, rng)
        mine = GROUP[ids]
        formula = variance_of_two_phase_mean(VALUE[ids], mine, seen, 120)
        rows.append((hajek(VALUE[ids], weight), VALUE[ids].mean(), formula))
        count[ids] += 1
        assert len(set(ids)) == 18 and np.isclose(weight.sum(), 120)
    return np.array(rows), count


def test_two_phases_are_unbiased_and_their_bare_mean_is_not(phases):
    rows, _ = phases
    off = (rows.mean(axis=0) - VALUE.mean()) / (rows.std(axis=0) / np.sqrt(len(rows)))
    assert abs(off[0]) <= LIMIT
    assert off[1] > 10 * LIMIT


def test_the_variance_of_two_phases_is_what_draws_show(phases):
    rows, _ = phases
    simulated = rows[:, 0].var(ddof=1)
    fourth = np.mean((rows[:, 0] - rows[:, 0].mean()) ** 4)
    error = np.hypot(
        np.sqrt((fourth - simulated**2) / len(rows)), rows[:, 2].std() / np.sqrt(len(rows))
    )
    assert abs(rows[:, 2].mean() - simulated) <= LIMIT * error
    assert error < 0.04 * simulated  # so that a formula without either part would fail


def test_within_a_stratum_everybody_has_the_same_chance_of_both_phases(phases):
    _, count = phases
    for h in range(3):
        mine = count[h == GROUP]
        chance = mine.mean() / 6_000
        assert np.abs(mine - mine.mean()).max() <= LIMIT * np.sqrt(6_000 * chance * (1 - chance))


def test_two_phases_where_everybody_is_asked_first():
    ids, weight, seen = strata.two_phase(GROUP, 120, 30, np.random.default_rng(8))
    assert seen.tolist() == [70, 36, 14]
    assert np.allclose(weight, (np.array([70, 36, 14]) / 10)[GROUP[ids]])


def test_two_phases_ask_a_small_stratum_whole():
    ids, weight, _ = strata.two_phase(GROUP, 120, 60, np.random.default_rng(8))
    assert np.bincount(GROUP[ids]).tolist() == [23, 23, 14]
    assert np.allclose(weight[GROUP[ids] == 2], 1)


def test_a_second_phase_larger_than_the_first():
    with pytest.raises(ValueError, match="cannot be shared"):
        strata.two_phase(GROUP, 10, 11, np.random.default_rng(8))


LABELS = np.random.default_rng(9).random((400, 6)) < [0.5, 0.2, 0.1, 0.06, 0.03, 0.02]


def shares_kept(part, parts):
    """How many people the worst label of the worst part is off its share."""
    held = np.array([LABELS[part == k].sum(axis=0) for k in range(len(parts))])
    return np.abs(held - np.outer(parts, LABELS.sum(axis=0))).max()


@pytest.mark.parametrize("parts", [[0.9, 0.1], [0.5, 0.5], [0.6, 0.2, 0.2]])
def test_labels_apart_keeps_every_label_and_a_random_split_does_not(parts):
    ends = np.round(np.cumsum(parts) * 400).astype(int)
    dealt, at_random = [], []
    for k in range(20):
        rng = np.random.default_rng([10, k])
        part = strata.labels_apart(LABELS, parts, rng)
        assert np.abs(np.bincount(part) - 400 * np.array(parts)).max() <= 2
        dealt.append(shares_kept(part, parts))
        shuffled = np.searchsorted(ends, rng.permutation(400), side="right")
        at_random.append(shares_kept(shuffled, parts))
    assert max(dealt) <= 2
    assert np.mean(at_random) > 2 * max(dealt)


def test_one_label_alone_is_a_stratified_split():
    label = np.arange(50)[:, None] < 20
    for k in range(20):
        part = strata.labels_apart(label, [0.8, 0.2], np.random.default_rng(k))
        assert (part[:20] == 1).sum() == 4 and (part[20:] == 1).sum() == 6


def test_labels_apart_without_labels_or_people():
    rng = np.random.default_rng(11)
    part = strata.labels_apart(np.zeros((10, 2), bool), [0.7, 0.3], rng)
    assert np.bincount(part).tolist() == [7, 3]
    assert strata.labels_apart(np.zeros((0, 2), bool), [0.7, 0.3], rng).size == 0


FEW = np.array([[1, 0], [1, 0], [1, 1], [1, 1], [0, 1], [0, 1], [0, 0], [0, 0], [0, 0], [0, 0]])


def uneven(deal):
    """How unlike the chances of people with the same labels are, in standard errors, at worst."""
    rng = np.random.default_rng(12)
    count = sum((deal(FEW.astype(bool), [0.5, 0.5], rng) == 0).astype(int) for _ in range(2_000))
    kind = FEW @ [1, 2]
    mean = (np.bincount(kind, count) / np.bincount(kind))[kind]
    return (np.abs(count - mean) / np.sqrt(mean * (1 - mean / 2_000))).max()


def test_people_with_the_same_labels_have_the_same_chance():
    assert uneven(strata.labels_apart) <= LIMIT


def in_the_order_of_the_list(labels, parts, rng):
    """Wrong: deals in the order of the list, and ties to the first part."""

    class Still:
        def permutation(self, ids):
            return ids

        def random(self, shape):
            return np.tile(-np.arange(shape[1]), (shape[0], 1))

    return strata.labels_apart(labels, parts, Still())


def test_a_dealer_without_chance_is_caught():
    assert uneven(in_the_order_of_the_list) > 3 * LIMIT


def test_labels_apart_by_hand():
    # The rarest label first: one of its two carriers for each half, then the rest evens out.
    labels = np.array([[1, 1], [1, 0], [0, 1], [0, 1], [0, 1], [0, 0]], bool)
    for k in range(20):
        part = strata.labels_apart(labels, [0.5, 0.5], np.random.default_rng(k))
        assert part[0] != part[1]
        assert sum(part[[0, 2, 3, 4]]) == 2
        assert sum(part) == 3
