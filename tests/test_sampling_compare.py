"""The frame that compares methods: its counts, its intervals, and a sampler that it catches.

Where chance decides, a count may be off by 7 of its standard errors, estimated from 100 repetitions
or more. By Student's t that happens with a probability below 1e-9 to each count, and there are
fewer than 400 of them: the false-alarm rate is below one in a million.
"""

import numpy as np
import pandas as pd
import pytest

from labkit.lesson import methods
from labkit.riverton.methods import Riverton
from labkit.sampling import even, strata
from labkit.sampling.compare import (
    BY_CHANCE,
    NO_CHANCE,
    Drawn,
    Method,
    Price,
    chances,
    generator,
    measure,
    summary,
)

N, n = 2_000, 200
VALUES = np.random.default_rng(1).lognormal(3, 0.8, N)
DISTRICT = np.arange(N) // 50
BINS = np.arange(N) % 20


def lottery(price=None):
    return Method(
        "lottery",
        BY_CHANCE,
        lambda rng: Drawn(even.simple_random(N, n, rng), sampled=n / N),
        price or Price(),
        np.full(N, n / N),
    )


def off(found):
    """How far measured chances are from the design, in Monte Carlo standard errors."""
    gap = (found["measured"] - found["by design"]).abs()
    return (gap.where(gap > 1e-12, 0) / found["error"].where(found["error"] > 1e-12, 1e-12)).max()


def test_a_fair_lottery_has_the_chances_of_its_design():
    assert off(chances(lottery(), BINS, repeats=400, seed=1)) <= 7


UNFAIR = {
    "a hole in the frame": (lambda rng: rng.permutation(np.flatnonzero(BINS < 19))[:n], BINS),
    "some come sooner": (
        lambda rng: np.argpartition(rng.exponential(size=N) * (1 + BINS / 19), n)[:n],
        BINS,
    ),
    "a block that does not wrap": (
        lambda rng: np.arange(n) + rng.integers(N - n + 1),
        np.where((np.arange(N) < 20) | (np.arange(N) >= N - 20), 1, 0),
    ),
}


@pytest.mark.parametrize("name", UNFAIR)
def test_an_unfair_sampler_is_caught(name):
    """Each is off by more than 14 standard errors on average, so that it hardly passes at 7."""
    draw, bins = UNFAIR[name]
    method = Method(name, BY_CHANCE, lambda rng: Drawn(draw(rng)), chance=np.full(N, n / N))
    assert off(chances(method, bins, repeats=1_000, seed=1)) > 7


def test_measure_counts_bins_as_chances_does_and_catches_an_unfair_sampler():
    draw, bins = UNFAIR["some come sooner"]
    fair = lottery()
    unfair = Method("unfair", BY_CHANCE, lambda rng: Drawn(draw(rng)), chance=fair.chance)
    comes = Method("who comes", NO_CHANCE, lambda rng: Drawn(draw(rng)))
    gap = Method("a hole", NO_CHANCE, lambda rng: Drawn(UNFAIR["a hole in the frame"][0](rng)))
    found = measure(
        [fair, unfair, comes, gap], {"v": VALUES}, DISTRICT, repeats=400, seed=1, bins=bins
    )
    table = summary(found, "v", VALUES.mean())
    assert table.loc["lottery", "chances off"] <= 7 < table.loc["unfair", "chances off"]
    assert table.loc["lottery", "chances off"] == pytest.approx(
        off(chances(fair, bins, repeats=400, seed=1))
    )
    assert table.loc[["who comes", "a hole"], "chances off"].isna().all()
    assert 1.5 < table.loc["who comes", "most : least"] < 2.5  # they come up to twice as fast
    assert np.isinf(table.loc["a hole", "most : least"])
    shown = methods.shown(table)["chances off"]
    assert shown["lottery"].endswith(" SE") and shown["who comes"].startswith("unknown, 1 : ")
    assert shown["a hole"] == "unknown, 0 : 1"


def test_a_bin_whose_count_is_fixed_is_not_off():
    """Strata as bins: as many of each are drawn every time, and rounding is no gap."""
    stratum = (np.arange(N) % 3 == 0).astype(int)
    places = np.array([150, 50])
    chance = (places / np.bincount(stratum))[stratum]

    def draw(rng):
        return Drawn(strata.stratified(stratum, places, rng))

    right = Method("right", BY_CHANCE, draw, chance=chance)
    wrong = Method("wrong", BY_CHANCE, draw, chance=np.full(N, n / N))
    found = measure([right, wrong], {"v": VALUES}, DISTRICT, repeats=5, seed=1, bins=stratum)
    table = summary(found, "v", VALUES.mean())
    assert table.loc["right", "chances off"] == 0 and table.loc["wrong", "chances off"] > 1e6


def test_without_bins_nothing_is_counted():
    found = measure([lottery()], {"v": VALUES}, DISTRICT, repeats=3, seed=1)
    table = summary(found, "v", VALUES.mean())
    assert "chances off" not in table and "chances off" not in methods.shown(table)
    assert not found.columns.str.startswith("bin").any()


def test_the_bias_is_shown_with_two_standard_errors():
    found = measure([lottery()], {"v": VALUES}, DISTRICT, repeats=50, seed=1)
    table = summary(found, "v", VALUES.mean())
    bias, error = table.loc["lottery", ["bias %", "error of bias"]]
    assert methods.shown(table).loc["lottery", "bias %"] == f"{bias:+.1f} ± {2 * error:.1f}"


def test_whoever_is_drawn_twice_counts_twice():
    method = Method("twice", NO_CHANCE, lambda rng: Drawn(np.array([0, 0, 1])))
    found = chances(method, np.array([0, 1, 1, 1]), repeats=3, seed=1)
    assert found["measured"].tolist() == [2, 1 / 3]
    assert found["by design"].isna().all()


def test_intervals_of_a_lottery_keep_their_promise():
    city, repeats = {"values": VALUES}, 1_000
    table = summary(
        measure([lottery()], city, DISTRICT, repeats=repeats, seed=1), "values", VALUES.mean()
    ).loc["lottery"]
    # Both are binomial about .945; 0.90 and 0.98 are six standard errors away.
    assert 0.90 <= table["hit, naive"] <= 0.98 and 0.90 <= table["hit, design"] <= 0.98
    exact = 100 * VALUES.std(ddof=1) * np.sqrt(1 / n - 1 / N) / VALUES.mean()
    assert table["spread %"] == pytest.approx(exact, rel=0.15)  # six standard errors
    assert abs(table["bias %"]) <= 6 * table["error of bias"]
    assert table["RMSE %"] == pytest.approx(np.hypot(table["bias %"], table["spread %"]), rel=1e-3)


def test_only_a_design_has_an_interval_of_its_own():
    method = Method("who comes", NO_CHANCE, lambda rng: Drawn(np.arange(n)))
    found = measure([method], {"values": VALUES}, DISTRICT, repeats=2, seed=1)
    assert found["values, design"].isna().all()
    table = summary(found, "values", VALUES.mean())
    assert table["hit, design"].isna().all() and table["hit, naive"].notna().all()


def test_an_estimate_without_spread_hits_the_truth():
    """The share of a stratum is exact where places are fixed; its interval has no width."""
    stratum = (np.arange(N) % 3 == 0).astype(int)
    places = strata.equal(np.bincount(stratum), n)
    chance = places / np.bincount(stratum)

    def draw(rng):
        ids = strata.stratified(stratum, places, rng)
        return Drawn(ids, 1 / chance[stratum[ids]], stratum=stratum[ids], sampled=chance)

    method = Method("strata", BY_CHANCE, draw)
    found = measure([method], {"share": stratum}, DISTRICT, repeats=9, seed=1)
    table = summary(found, "share", stratum.mean()).loc["strata"]
    assert table["spread %"] == pytest.approx(0, abs=1e-9)
    assert table["hit, design"] == 1


def test_what_a_sample_costs():
    price = Price(list_of_people=1_000, person=3, trip=10)
    found = measure([lottery(price)], {"values": VALUES}, DISTRICT, repeats=5, seed=1)
    for repeat in range(5):
        ids = lottery().draw(generator(1, lottery(), repeat)).ids
        assert found.loc[("lottery", repeat), "cost"] == (
            1_000 + 3 * n + 10 * len(np.unique(DISTRICT[ids]))
        )
        assert found.loc[("lottery", repeat), "values"] == pytest.approx(VALUES[ids].mean())


def test_a_method_draws_the_same_wherever_it_stands():
    other = Method("other", NO_CHANCE, lambda rng: Drawn(rng.permutation(N)[:9]))
    one = measure([other, lottery()], {"values": VALUES}, DISTRICT, repeats=3, seed=1)
    two = measure([lottery()], {"values": VALUES}, DISTRICT, repeats=3, seed=1)
    pd.testing.assert_frame_equal(one.loc[["lottery"]], two)
    three = measure([lottery()], {"values": VALUES}, DISTRICT, repeats=3, seed=2)
    assert not np.allclose(two["values"], three["values"])


def test_progress_sees_every_round():
    seen = []
    measure(
        [lottery()],
        {"values": VALUES},
        DISTRICT,
        repeats=4,
        seed=1,
        progress=lambda rounds: seen.append(len(rounds)) or iter(rounds),
    )
    assert seen == [4]


@pytest.fixture(scope="module")
def city():
    return Riverton()


@pytest.fixture(scope="module")
def by_name(city):
    return city.methods()


def test_the_city_has_every_method(city, by_name):
    assert len(by_name) == 21
    drawn = {name: method.draw(generator(1, method, 0)) for name, method in by_name.items()}
    for name, one in drawn.items():
        ids = one.ids
        assert ids.min() >= 0 and ids.max() < city.N
        assert len(one.weights) == len(ids) and (one.weights > 0).all()
        if name not in ("Bernoulli", "Poisson, by debt", "whole clusters"):
            assert len(ids) == 2_000, name
        if name not in ("weighted, by income", "respondent-driven"):
            assert len(np.unique(ids)) == len(ids), name


def test_the_city_s_designs_have_their_chances(city, by_name):
    """By group and fifth of income; whole clusters by borough, for they are few."""
    fifth = city.income_class // 2
    for name, method in by_name.items():
        if method.chance is None:
            continue
        bins = city.borough if name == "whole clusters" else city.group * 5 + fifth
        found = chances(method, bins, repeats=100, seed=3)
        assert off(found) <= 7, name


def test_the_city_s_weights_undo_its_chances(city, by_name):
    for name, method in by_name.items():
        if method.chance is not None:
            drawn = method.draw(generator(2, method, 0))
            product = drawn.weights * method.chance[drawn.ids]
            np.testing.assert_allclose(product, product[0], err_msg=name)


def test_whoever_is_without_the_app_does_not_come_through_it(city, by_name):
    app = city.people["has_app"].to_numpy()
    for name in ("convenience", "quota", "app, raked", "app, by activity"):
        assert app[by_name[name].draw(np.random.default_rng(4)).ids].all()
