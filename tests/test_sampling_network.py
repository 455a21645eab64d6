"""Methods that find people through people: whom they reach, and how often, against exact chances.

Counts are held against chances that are known exactly, by chi-square with the seeds fixed. Each
bound is passed by chance once in ten million times (`FALSE_ALARM`); there are six of them.
"""

from functools import cached_property

import networkx as nx
import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.stats import chi2

from labkit.sampling.network import random_walks, scrape, snowball

FALSE_ALARM = 1e-7


def network(edges, n_people, *, directed=False):
    one, other = np.array(edges).T
    if not directed:
        one, other = np.r_[one, other], np.r_[other, one]
    graph = csr_array((np.ones(len(one)), (one, other)), shape=(n_people, n_people))
    return graph.indptr, graph.indices


def chi_square(count, expected):
    """Pearson's statistic, for independent observations that each fall into one class."""
    return np.sum(np.square(count - expected) / expected)


# Scraping: no chance, so exact.

CHAIN = network([(0, 1), (0, 2), (1, 3), (2, 3), (3, 0), (4, 3)], 6, directed=True)


@pytest.mark.parametrize("seed", range(5))
def test_scraping_finds_what_can_be_reached_wave_by_wave(seed):
    graph = nx.gnp_random_graph(60, 0.03, seed=seed, directed=True)
    ids, wave = scrape(network(list(graph.edges), 60, directed=True), [0, 1], 60)
    paths = nx.multi_source_dijkstra_path_length(graph, {0, 1}, weight=None)
    assert dict(zip(ids.tolist(), wave.tolist(), strict=True)) == paths
    assert (np.diff(wave) >= 0).all()


def test_scraping_goes_with_the_arrows_only():
    ids, wave = scrape(CHAIN, [0], 6)
    assert ids.tolist() == [0, 1, 2, 3] and wave.tolist() == [0, 1, 1, 2]


def test_who_is_followed_by_nobody_comes_as_a_seed_only():
    assert scrape(CHAIN, [4], 6)[0].tolist() == [4, 3, 0, 1, 2]
    assert scrape(CHAIN, [5], 6)[0].tolist() == [5]


@pytest.mark.parametrize(("n", "ids"), [(0, []), (1, [0]), (2, [0, 1]), (4, [0, 1, 2, 3])])
def test_scraping_ends_at_n(n, ids):
    found, wave = scrape(CHAIN, [0], n)
    assert found.tolist() == ids and len(wave) == len(ids)
    assert found.dtype == wave.dtype == np.intp


def test_a_seed_named_twice_is_one_seed():
    assert scrape(CHAIN, [0, 0], 6)[0].tolist() == [0, 1, 2, 3]
    rng = np.random.default_rng(1)
    assert snowball(network([(0, 1)], 2), [0, 0], 3, 9, rng)[0].tolist() == [0, 1]


# Snowball: coupons by lot.

STAR = network([(0, leaf) for leaf in range(1, 9)], 9)
TWO_WAYS = network([(0, 1), (0, 2), (0, 3), (1, 4), (2, 4), (3, 5)], 6)
REPEATS = 6_000


def leaves_drawn(draw):
    """Which of the star's eight leaves are in, [REPEATS, 8]."""
    rng = np.random.default_rng(2)
    drawn = np.zeros((REPEATS, 9))
    for row in drawn:
        row[draw(STAR, [0], 3, 9, rng)[0]] = 1
    return drawn[:, 1:]


def off_simple_random(drawn):
    """How far persons are off a lottery for 3 of 8: chi-square with 7 degrees of freedom."""
    size, f = drawn.shape[1], 3 / 8
    expected = REPEATS * f
    return chi_square(drawn.sum(axis=0), expected) / (1 - f) * (size - 1) / size


def sets_off(drawn):
    """How far the 56 sets of 3 are off equal: chi-square with 55 degrees of freedom."""
    code = drawn.astype(int) @ (1 << np.arange(drawn.shape[1]))
    count = np.unique(code, return_counts=True)[1]
    count = np.pad(count, (0, 56 - len(count)))
    return chi_square(count, REPEATS / 56)


def test_coupons_are_a_lottery_among_friends():
    drawn = leaves_drawn(snowball)
    assert (drawn.sum(axis=1) == 3).all()
    assert off_simple_random(drawn) < chi2.isf(FALSE_ALARM, 7)
    assert sets_off(drawn) < chi2.isf(FALSE_ALARM, 55)


def to_the_first_friends(friends, seeds, coupons, n, rng):
    """Wrong: hands coupons down the list of friends, with a coin for the last."""
    known = friends[1][friends[0][0] : friends[0][1]]
    return np.r_[seeds, known[: coupons - 1], rng.choice(known[coupons - 1 :])], None


def to_a_block_of_friends(friends, seeds, coupons, n, rng):
    """Wrong: every friend has the right chance, but neighbours in the list come together."""
    known = friends[1][friends[0][0] : friends[0][1]]
    return np.r_[seeds, np.roll(known, rng.integers(len(known)))[:coupons]], None


def test_the_statistics_catch_coupons_that_are_no_lottery():
    assert off_simple_random(leaves_drawn(to_the_first_friends)) > 10 * chi2.isf(FALSE_ALARM, 7)
    block = leaves_drawn(to_a_block_of_friends)
    assert off_simple_random(block) < chi2.isf(FALSE_ALARM, 7)
    assert sets_off(block) > 10 * chi2.isf(FALSE_ALARM, 55)


def test_chances_over_two_waves():
    """With one coupon: 0, then 1, 2 or 3, each a third; then 4 after 1 and 2, and 5 after 3."""
    rng = np.random.default_rng(3)
    count = np.zeros(6)
    for _ in range(REPEATS):
        ids, wave = snowball(TWO_WAYS, [0], 1, 3, rng)
        assert wave.tolist() == [0, 1, 2]
        count[ids] += 1
    assert count[0] == REPEATS
    assert chi_square(count[1:4], REPEATS / 3) < chi2.isf(FALSE_ALARM, 2)
    assert (count[4], count[5]) == (count[1] + count[2], count[3])


def test_coupons_go_to_friends_who_have_not_come():
    for seed in range(20):
        ids, wave = snowball(TWO_WAYS, [0], 2, 6, np.random.default_rng(seed))
        assert len(set(ids.tolist())) == len(ids)
        assert (np.diff(wave) >= 0).all() and np.bincount(wave)[:2].tolist() == [1, 2]


def test_with_a_coupon_for_every_friend_all_who_are_connected_come():
    graph = nx.karate_club_graph()
    ids, wave = snowball(network(list(graph.edges), 34), [0], 33, 34, np.random.default_rng(4))
    paths = nx.single_source_shortest_path_length(graph, 0)
    assert dict(zip(ids.tolist(), wave.tolist(), strict=True)) == dict(paths)


@pytest.mark.parametrize(("n", "coupons", "size"), [(0, 3, 0), (1, 3, 1), (3, 3, 3), (9, 0, 1)])
def test_a_snowball_ends_at_n_or_when_coupons_run_out(n, coupons, size):
    ids, wave = snowball(STAR, [0], coupons, n, np.random.default_rng(5))
    assert len(ids) == len(wave) == size and ids.dtype == np.intp


# Random walks: each step by lot, on Zachary's karate club.


class Karate:
    graph = nx.karate_club_graph()
    friends = network(list(graph.edges), 34)
    degree = np.diff(friends[0])
    walkers = 20_000

    @cached_property
    def step(self):
        """Chance of each step, [34, 34]."""
        return nx.to_numpy_array(self.graph, weight=None) / self.degree[:, None]

    def after(self, steps):
        """Exact chances of being at each person, after so many steps from person 0."""
        return np.linalg.matrix_power(self.step, steps)[0]

    def visits(self, walk, steps):
        """Where independent walkers from person 0 are at the last two steps."""
        starts = np.zeros(self.walkers, int)
        return walk(self.friends, starts, steps, np.random.default_rng(6))[-2:]


KARATE = Karate()


def off_the_exact(walk):
    """How far visits after 60 steps are off the exact chances: 33 degrees of freedom."""
    count = np.bincount(KARATE.visits(walk, 60)[1], minlength=34)
    return chi_square(count, KARATE.walkers * KARATE.after(60))


def test_a_long_walk_is_at_people_in_proportion_to_their_friends():
    long_run = KARATE.degree / KARATE.degree.sum()
    assert np.abs(KARATE.after(60) - long_run).max() < 1e-4
    assert off_the_exact(random_walks) < chi2.isf(FALSE_ALARM, 33)


def test_each_step_is_a_lottery_among_friends():
    before, now = KARATE.visits(random_walks, 4)
    chance = KARATE.after(3)[:, None] * KARATE.step
    can = chance > 0
    count = np.zeros((34, 34))
    np.add.at(count, (before, now), 1)
    assert count[~can].sum() == 0
    # Rare steps are put together, so that each class expects ten and more.
    order = np.argsort(chance[can])
    label = (np.cumsum(chance[can][order]) * KARATE.walkers // 20).astype(int)
    label = np.unique(label, return_inverse=True)[1]
    seen = np.bincount(label, count[can][order])
    expected = np.bincount(label, KARATE.walkers * chance[can][order])
    assert chi_square(seen, expected) < chi2.isf(FALSE_ALARM, len(seen) - 1)


def to_the_popular(friends, starts, steps, rng):
    """Wrong: chooses among friends in proportion to *their* friends."""
    weight = KARATE.degree * nx.to_numpy_array(KARATE.graph, weight=None)
    edge = (weight / weight.sum(axis=1, keepdims=True)).cumsum(axis=1)
    here, visited = starts, []
    for _ in range(steps):
        here = (edge[here] < rng.random(len(here))[:, None]).sum(axis=1).clip(max=33)
        visited.append(here)
    return np.array(visited)


def never_to_the_last(friends, starts, steps, rng):
    """Wrong: an end that does not count is left out once more."""
    indptr, indices = friends
    here, visited = starts, []
    for _ in range(steps):
        choices = np.maximum(indptr[here + 1] - indptr[here] - 1, 1)
        here = indices[indptr[here] + (rng.random(len(here)) * choices).astype(int)]
        visited.append(here)
    return np.array(visited)


@pytest.mark.parametrize("wrong", [to_the_popular, never_to_the_last])
def test_the_statistic_catches_walks_that_choose_otherwise(wrong):
    assert off_the_exact(wrong) > 10 * chi2.isf(FALSE_ALARM, 33)


def test_a_walk_stays_in_its_component_and_leaves_out_the_start():
    two = network([(0, 1), (2, 3)], 5)
    visited = random_walks(two, [0, 2], 3, np.random.default_rng(7))
    assert visited.tolist() == [[1, 3], [0, 2], [1, 3]]


def test_a_walk_needs_a_friend_to_start():
    with pytest.raises(ValueError, match="without a friend"):
        random_walks(network([(0, 1)], 3), [0, 2], 3, np.random.default_rng(8))
