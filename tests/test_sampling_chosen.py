"""Samplers without chance of their own, held to the chances that their waits imply.

Small towns are drawn 16,000 times, and the count of every person and every pair is compared with
its exact chance. A count may be off by six standard errors: by the binomial distributions of all
counts together, a right sampler fails one of these tests with a probability below 2e-7. The seeds
are fixed. Each wrong sampler below is off by at least nine standard errors.
"""

from itertools import combinations, permutations

import numpy as np
import pytest

from labkit.sampling import chosen

REPEATS = 16_000
LIMIT = 6.0
WAIT = np.array([1.0, 0.5, 2.0, 4.0, 1.0, np.inf, 0.25, np.inf])


def order_chances(rate, n):
    """Exact chance of every set of n who come first, where people come at these rates."""
    coming, chance = np.flatnonzero(rate), {}
    for order in permutations(coming, n):
        left, p = rate.sum(), 1.0
        for person in order:
            p *= rate[person] / left
            left -= rate[person]
        who = frozenset(order)
        chance[who] = chance.get(who, 0.0) + p
    return chance


def largest_error(draw, sets, N, repeats=REPEATS, seed=1):
    """The largest distance of a person's or a pair's count from its chance, in standard errors.

    sets: chance of every sample, as a set of ids.
    """
    rng = np.random.default_rng(seed)
    table = np.zeros((repeats, N))
    for row in table:
        ids = draw(rng)
        row[ids] = 1
        assert row.sum() == len(ids), "somebody is drawn twice"
    count = table.T @ table
    exact = np.zeros((N, N))
    for who, p in sets.items():
        exact[np.ix_(list(who), list(who))] += p
    error = np.sqrt(repeats * exact * (1 - exact))
    off = np.abs(count - repeats * exact)
    sure = error < 1e-9
    assert (off[sure] < 1e-6).all(), "somebody is in who never comes, or out who always does"
    return (off[~sure] / error[~sure]).max()


@pytest.mark.parametrize("n", [1, 3])
def test_convenience_takes_the_first_to_come(n):
    sets = order_chances(1 / WAIT, n)
    assert sum(sets.values()) == pytest.approx(1)
    assert largest_error(lambda rng: chosen.convenience(WAIT, n, rng), sets, 8) <= LIMIT


def by_size(wait, n, rng):
    """Wrong: takes those with the shortest waits, and leaves nothing open."""
    return np.argsort(wait)[:n]


def uniform_times(wait, n, rng):
    """Wrong: times between visits are uniform, not exponential."""
    return np.argsort(rng.random(len(wait)) * wait)[:n]


def rate_for_wait(wait, n, rng):
    """Wrong: mistakes a wait for a rate."""
    return np.argsort(rng.exponential(size=len(wait)) / np.where(np.isinf(wait), 1e-9, wait))[:n]


def by_lot(wait, n, rng):
    """Wrong: everybody who ever comes has the same chance."""
    return rng.choice(np.flatnonzero(np.isfinite(wait)), n, replace=False)


@pytest.mark.parametrize("wrong", [by_size, uniform_times, rate_for_wait, by_lot])
def test_a_wrong_queue_is_caught(wrong):
    sets = order_chances(1 / WAIT, 3)
    try:
        found = largest_error(lambda rng: wrong(WAIT, 3, rng), sets, 8)
    except AssertionError:
        return
    assert found > 1.5 * LIMIT


def test_a_queue_has_everybody_once_and_the_absent_last():
    order = chosen.queue(WAIT, np.random.default_rng(2))
    assert sorted(order) == list(range(8)) and set(order[-2:]) == {5, 7}


@pytest.mark.parametrize("n", [0, 6, 7, 8, 50])
def test_convenience_stays_short_where_too_few_ever_come(n):
    ids = chosen.convenience(WAIT, n, np.random.default_rng(3))
    assert len(ids) == min(n, 6) and np.isfinite(WAIT[ids]).all()


def test_convenience_can_take_everybody():
    assert sorted(chosen.convenience(np.ones(4), 4, np.random.default_rng(4))) == [0, 1, 2, 3]
    assert len(chosen.convenience(np.full(4, np.inf), 2, np.random.default_rng(4))) == 0


def test_the_expert_prefers_the_typical_as_its_rule_says():
    oddness = np.array([0.0, 0.1, 0.5, 1.0, 2.0, 3.0])
    sets = order_chances(np.exp(-oddness), 2)
    assert largest_error(lambda rng: chosen.judgment(oddness, 2, rng), sets, 6) <= LIMIT


def test_an_expert_of_another_rule_is_caught():
    oddness = np.array([0.0, 0.1, 0.5, 1.0, 2.0, 3.0])
    sets = order_chances(np.exp(-oddness), 2)
    found = largest_error(lambda rng: chosen.judgment(oddness / 2, 2, rng), sets, 6)
    assert found > 1.5 * LIMIT


CELL = np.array([0, 1, 0, 0, 1, 1, 1, 0])
PLACES = [2, 1]


def quota_chances():
    """Exact chance of every sample: the cells' queues do not touch."""
    sets = {}
    for one, p in order_chances(np.where(CELL == 0, 1 / WAIT, 0), 2).items():
        for other, q in order_chances(np.where(CELL == 1, 1 / WAIT, 0), 1).items():
            sets[one | other] = p * q
    return sets


def one_queue(cell, places, wait, rng):
    """The process itself: one queue, and whoever finds the cell full is sent home."""
    free, taken = list(places), []
    for person in chosen.queue(wait, rng):
        if np.isfinite(wait[person]) and free[cell[person]]:
            free[cell[person]] -= 1
            taken.append(person)
    return taken


@pytest.mark.parametrize("sampler", [chosen.quota, one_queue])
def test_a_quota_takes_the_first_to_come_in_each_cell(sampler):
    found = largest_error(lambda rng: sampler(CELL, PLACES, WAIT, rng), quota_chances(), 8)
    assert found <= LIMIT


def quota_by_lot(cell, places, wait, rng):
    """Wrong: strata, in which a lottery decides."""
    members = [np.flatnonzero((cell == c) & np.isfinite(wait)) for c in range(len(places))]
    return np.concatenate(
        [rng.choice(m, p, replace=False) for m, p in zip(members, places, strict=True)]
    )


def one_first_visit_for_all_cells(cell, places, wait, rng):
    """Wrong in pairs alone: the first of each cell come together, by one and the same luck."""
    luck, taken = rng.exponential(size=len(cell)), []
    for c, p in enumerate(places):
        members = np.flatnonzero(cell == c)
        taken.append(members[np.argsort(luck[: len(members)] * wait[members])[:p]])
    return np.concatenate(taken)


@pytest.mark.parametrize("wrong", [quota_by_lot, one_first_visit_for_all_cells])
def test_a_wrong_quota_is_caught(wrong):
    found = largest_error(lambda rng: wrong(CELL, PLACES, WAIT, rng), quota_chances(), 8)
    assert found > 1.5 * LIMIT


def test_the_wrong_quota_of_pairs_is_right_for_persons():
    """So that the test above is known to look at pairs."""
    rng = np.random.default_rng(1)
    count = np.zeros(8)
    for _ in range(REPEATS):
        count[one_first_visit_for_all_cells(CELL, PLACES, WAIT, rng)] += 1
    exact = np.zeros(8)
    for who, p in quota_chances().items():
        exact[list(who)] += p
    can = exact > 0
    error = np.sqrt(REPEATS * exact * (1 - exact))[can]
    assert (np.abs(count - REPEATS * exact)[can] / error).max() <= LIMIT


def test_a_cell_in_which_too_few_come_stays_short():
    ids = chosen.quota(CELL, [9, 3], WAIT, np.random.default_rng(5))
    assert np.bincount(CELL[ids]).tolist() == [3, 3] and np.isfinite(WAIT[ids]).all()


def test_a_cell_without_people_and_one_without_places_take_nobody():
    cell = np.array([0, 0, 2, 3])
    ids = chosen.quota(cell, [1, 5, 1, 0], np.ones(4), np.random.default_rng(6))
    assert np.bincount(cell[ids], minlength=4).tolist() == [1, 0, 1, 0]


def test_a_cell_without_a_quota_is_an_error():
    with pytest.raises(ValueError, match="label 1 has no entry"):
        chosen.quota(np.array([0, 1]), [1], np.ones(2), np.random.default_rng(7))


def test_the_same_generator_draws_the_same():
    for draw in (
        lambda rng: chosen.queue(WAIT, rng),
        lambda rng: chosen.convenience(WAIT, 3, rng),
        lambda rng: chosen.quota(CELL, PLACES, WAIT, rng),
        lambda rng: chosen.judgment(np.ones(5), 2, rng),
    ):
        one, other = (draw(np.random.default_rng(8)) for _ in range(2))
        assert one.tolist() == other.tolist()


def test_exact_chances_of_two_people():
    """The reference itself: rates 1 and 3, one place."""
    sets = order_chances(np.array([1.0, 3.0, 0.0]), 1)
    assert sets == {frozenset([0]): 0.25, frozenset([1]): 0.75}
    assert len(order_chances(np.ones(5), 2)) == len(list(combinations(range(5), 2)))
