"""Methods with even chances: persons, pairs, sizes, and wrong samplers that each statistic catches.

A sound sampler breaks a statistical bound by bad luck with a probability of FALSE_ALARM; the seeds
are fixed, so that a test which passes once passes always.
"""

import math

import numpy as np
import pytest
from scipy.stats import binom, chi2

from labkit.sampling.even import bernoulli, simple_random, systematic

FALSE_ALARM = 1e-8
REPEATS = 20_000
TOWNS = [(12, 4), (9, 6), (15, 2)]


def presence(draw, N, repeats=REPEATS, seed=1):
    """[repeats, N]: 1 for whoever is in a sample."""
    rng = np.random.default_rng(seed)
    table = np.zeros((repeats, N), int)
    for row in table:
        ids = draw(rng)
        assert len(set(ids.tolist())) == len(ids)
        row[ids] = 1
    return table


def persons(table, n):
    """The statistic of fixed-size draws by lot, chi-square with N - 1 degrees of freedom."""
    R, N = table.shape
    f = n / N
    return (N - 1) / N * np.square(table.sum(axis=0) - R * f).sum() / (R * f * (1 - f))


def pairs(table, n):
    """What pairs do beyond their persons, chi-square with N (N - 3) / 2 degrees of freedom.

    The counts of pairs, less what the counts of the two persons explain. By lot the rest has the
    covariance R (p2 - 2 p3 + p4) times a projection, with pk the chance of k people together: the
    last eigenspace of the Johnson scheme J(N, 2).
    """
    R, N = table.shape
    i, j = np.triu_indices(N, 1)
    together = (table.T @ table)[i, j]
    of_person = (n - 1) * table.sum(axis=0)
    own = (of_person - of_person.mean()) / (N - 2)
    rest = together - together.mean() - own[i] - own[j]
    p2, p3, p4 = (math.prod((n - k) / (N - k) for k in range(size)) for size in (2, 3, 4))
    return np.square(rest).sum() / (R * (p2 - 2 * p3 + p4))


def alarm(degrees):
    return chi2.isf(FALSE_ALARM, degrees)


def farthest(count, repeats, chance):
    """The probability of the least likely of these binomial counts, times their number."""
    low = binom.cdf(count, repeats, chance)
    high = binom.sf(count - 1, repeats, chance)
    return 2 * np.minimum(low, high).min() * len(count)


def circular_block(N, n, rng):
    return (rng.integers(N) + np.arange(n)) % N


def swap_with_any(N, n, rng):
    people = np.arange(N)
    for place in range(N):
        other = rng.integers(N)
        people[[place, other]] = people[[other, place]]
    return people[:n]


def without_remainder(N, n, rng):
    return rng.integers(N // n) + N // n * np.arange(n)


def whole_starts(N, n, rng):
    return (rng.integers(N // n) + N / n * np.arange(n)).astype(int)


@pytest.mark.parametrize(("N", "n"), TOWNS)
def test_by_lot_persons_and_pairs_come_equally_often(N, n):
    table = presence(lambda rng: simple_random(N, n, rng), N)
    assert (table.sum(axis=1) == n).all()
    assert persons(table, n) < alarm(N - 1)
    assert pairs(table, n) < alarm(N * (N - 3) // 2)


@pytest.mark.parametrize(("N", "n"), [(12, 4), (9, 3)])
def test_the_statistics_have_the_distribution_that_they_are_held_against(N, n):
    """Means and variances of 400 values, within about six of their standard errors."""
    many = presence(lambda rng: simple_random(N, n, rng), N, 400 * 60).reshape(400, 60, N)
    for statistic, df in ((persons, N - 1), (pairs, N * (N - 3) // 2)):
        values = np.array([statistic(table, n) for table in many])
        assert abs(values.mean() - df) < 6 * math.sqrt(2 * df / 400)
        assert 0.5 < values.var() / (2 * df) < 1.7


def test_pearsons_statistic_is_too_small_by_one_minus_f():
    N, n = 12, 4
    table = presence(lambda rng: simple_random(N, n, rng), N, 400 * 60).reshape(400, 60, N)
    expected = 60 * n / N
    pearson = (np.square(table.sum(axis=1) - expected) / expected).sum(axis=1)
    assert abs(pearson.mean() / (N - 1) - (1 - n / N)) < 6 * math.sqrt(2 / (N - 1) / 400)


def test_a_circular_block_is_fair_to_persons_and_caught_by_pairs():
    N, n = 12, 4
    table = presence(lambda rng: circular_block(N, n, rng), N)
    assert farthest(table.sum(axis=0), REPEATS, n / N) > FALSE_ALARM
    assert pairs(table, n) > 100 * alarm(N * (N - 3) // 2)


def test_a_swap_with_any_place_is_caught_by_persons():
    table = presence(lambda rng: swap_with_any(12, 4, rng), 12)
    assert persons(table, 4) > 2 * alarm(11)


def test_by_lot_nobody_and_everybody():
    rng = np.random.default_rng(2)
    assert simple_random(5, 0, rng).tolist() == []
    assert sorted(simple_random(5, 5, rng).tolist()) == [0, 1, 2, 3, 4]
    for n in (-1, 6):
        with pytest.raises(ValueError):
            simple_random(5, n, rng)


def coins(table, chance):
    """Persons, chi-square with N degrees of freedom, and pairs, with N (N - 1) / 2.

    Where all are in or out apart, the products of two deviations are uncorrelated.
    """
    R, N = table.shape
    off = table - chance
    variance = chance * (1 - chance)
    by_pair = (off.T @ off)[np.triu_indices(N, 1)]
    return np.square(off.sum(axis=0)).sum() / (R * variance), np.square(by_pair).sum() / (
        R * variance**2
    )


def size_statistic(table, chance):
    """Sizes against the binomial, chi-square with as many degrees as classes, less one."""
    R, N = table.shape
    expected = R * binom.pmf(np.arange(N + 1), N, chance)
    observed = np.bincount(table.sum(axis=1), minlength=N + 1)
    few = expected < 10
    expected = np.append(expected[~few], expected[few].sum())
    observed = np.append(observed[~few], observed[few].sum())
    return (np.square(observed - expected) / expected).sum(), len(expected) - 1


@pytest.mark.parametrize(("N", "chance"), [(12, 1 / 3), (9, 0.6)])
def test_bernoulli_decides_for_everybody_apart(N, chance):
    table = presence(lambda rng: bernoulli(N, chance, rng), N)
    by_person, by_pair = coins(table, chance)
    assert by_person < alarm(N)
    assert by_pair < alarm(N * (N - 1) // 2)
    statistic, df = size_statistic(table, chance)
    assert statistic < alarm(df)


def test_a_fixed_size_is_no_bernoulli():
    table = presence(lambda rng: simple_random(12, 4, rng), 12)
    assert coins(table, 1 / 3)[1] > 10 * alarm(66)
    statistic, df = size_statistic(table, 1 / 3)
    assert statistic > 10 * alarm(df)


def test_bernoulli_nobody_everybody_and_no_chance():
    rng = np.random.default_rng(3)
    assert bernoulli(5, 0, rng).tolist() == []
    assert bernoulli(5, 1, rng).tolist() == [0, 1, 2, 3, 4]
    for chance in (-0.1, 2_000, math.nan):
        with pytest.raises(ValueError, match="no chance"):
            bernoulli(5, chance, rng)


class Started:
    """A stand-in for a generator that gives one start, and notes how many there are."""

    def __init__(self, start):
        self.start = start

    def integers(self, high):
        self.high = high
        return self.start


def all_starts(N, n):
    """Every sample that systematic can draw, each as often as it is likely."""
    samples = []
    for start in range(N):
        rng = Started(start)
        samples.append(systematic(N, n, rng))
        assert rng.high == N
    return np.array(samples)


@pytest.mark.parametrize(
    ("N", "n"), [(12, 4), (10, 4), (23, 5), (7, 7), (7, 1), (20, 19), (2_019, 640)]
)
def test_over_all_starts_of_systematic_everybody_is_in_exactly_n_of_N(N, n):
    samples = all_starts(N, n)
    assert samples.shape == (N, n)
    assert (np.bincount(samples.ravel(), minlength=N) == n).all()
    assert len(np.unique(samples, axis=0)) == N // math.gcd(N, n)
    gaps = np.diff(samples, axis=1, append=samples[:, :1] + N)
    assert gaps.min() >= N // n and gaps.max() <= -(-N // n)


@pytest.mark.parametrize(("N", "n"), [(10, 4), (23, 5)])
def test_counting_in_nths_draws_what_a_start_anywhere_in_the_first_interval_draws(N, n):
    middles = (np.arange(N) + 0.5) / n  # no sample changes between them
    anywhere = np.floor(middles[:, None] + N / n * np.arange(n)).astype(int)
    assert np.array_equal(all_starts(N, n), anywhere)


def test_systematic_draws_its_starts_evenly():
    N, n = 7, 3
    rng = np.random.default_rng(4)
    known = {tuple(sample): k for k, sample in enumerate(all_starts(N, n))}
    starts = [known[tuple(systematic(N, n, rng))] for _ in range(REPEATS)]
    count = np.bincount(starts, minlength=N)
    assert (np.square(count - REPEATS / N) / (REPEATS / N)).sum() < alarm(N - 1)


def test_systematic_is_fair_to_persons_and_not_to_pairs():
    N, n = 12, 4
    table = presence(lambda rng: systematic(N, n, rng), N)
    assert farthest(table.sum(axis=0), REPEATS, n / N) > FALSE_ALARM
    assert pairs(table, n) > 100 * alarm(N * (N - 3) // 2)


@pytest.mark.parametrize("sampler", [without_remainder, whole_starts])
def test_an_interval_or_a_start_cut_to_whole_numbers_is_caught_by_persons(sampler):
    table = presence(lambda rng: sampler(11, 4, rng), 11)
    assert farthest(table.sum(axis=0), REPEATS, 4 / 11) < FALSE_ALARM
    assert (table.sum(axis=0) == 0).any()


def test_systematic_nobody_and_too_many():
    rng = np.random.default_rng(5)
    assert systematic(5, 0, rng).tolist() == []
    for n in (-1, 6):
        with pytest.raises(ValueError, match="cannot be drawn"):
            systematic(5, n, rng)
