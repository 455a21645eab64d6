"""Percentiles per window, and a sketch held to its guarantee on whatever can be thought of."""

import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labkit.logs.percentiles import from_sketch, per_window, percentile, sketch

ROUNDING = 1e-9  # logarithms are rounded: a value at the end of a bucket may fall into the next
latency = st.one_of(st.just(0.0), st.floats(1e-6, 1e9))
many = st.lists(latency, min_size=1, max_size=200)
share = st.floats(0, 1)
accuracies = st.sampled_from([0.001, 0.01, 0.05, 0.2])


def off(values, q, accuracy):
    """The relative error of the sketch."""
    truth = percentile(values, q)
    found = from_sketch(sketch(values, accuracy), q, accuracy)
    return abs(found - truth) / truth if truth else abs(found)


@settings(max_examples=150, deadline=None)
@given(many, share, accuracies)
@example([1.0], 0.5, 0.01)
@example([0.0, 0.0, 1e-6], 0.99, 0.01)
def test_a_sketch_keeps_its_guarantee(values, q, accuracy):
    assert off(values, q, accuracy) <= accuracy + ROUNDING


RNG = np.random.default_rng(5)
ADVERSARIAL = {
    "one value": np.full(1_000, 37.0),
    "ends of buckets": (1.01 / 0.99) ** np.arange(-300, 300),
    "Pareto without a mean": RNG.pareto(0.5, 20_000) + 1,
    "two humps, six orders apart": np.r_[RNG.gamma(2, 1e-3, 9_900), RNG.gamma(2, 1e3, 100)],
    "rising": np.linspace(1, 1e6, 10_001),
    "mostly zeros": np.r_[np.zeros(900), RNG.exponential(50, 100)],
}


@pytest.mark.parametrize("name", ADVERSARIAL)
def test_the_guarantee_holds_for_distributions_chosen_to_break_it(name):
    for q in (0, 0.01, 0.5, 0.9, 0.99, 0.999, 1):
        assert off(ADVERSARIAL[name], q, 0.01) <= 0.01 + ROUNDING


@settings(max_examples=50, deadline=None)
@given(st.lists(many, min_size=1, max_size=6))
def test_merged_sketches_are_the_sketch_of_all(parts):
    merged = sum((sketch(part) for part in parts), Counter())
    backwards = sum((sketch(part) for part in parts[::-1]), Counter())
    assert merged == backwards == sketch(np.concatenate(parts))


@settings(max_examples=50, deadline=None)
@given(many, many, many)
def test_merging_is_associative(a, b, c):
    one, two, three = map(sketch, (a, b, c))
    assert (one + two) + three == one + (two + three)


def test_a_sketch_is_small():
    """Its size depends on how far the values reach, not on how many there are."""
    values = np.random.default_rng(1).lognormal(3, 1, 100_000)
    gamma = 1.01 / 0.99
    assert len(sketch(values)) <= math.log(values.max() / values.min(), gamma) + 2


@pytest.mark.parametrize("values", [[-1.0], [math.nan], [math.inf], [3.0, -0.5]])
def test_a_sketch_refuses_what_it_cannot_hold(values):
    with pytest.raises(ValueError, match="finite values"):
        sketch(values)


def test_an_empty_sketch_has_no_quantiles():
    assert not sketch([])
    with pytest.raises(ValueError, match="empty"):
        from_sketch(sketch([]), 0.5)


@pytest.mark.parametrize(
    ("values", "q", "expected"),
    [
        ([3, 1, 2], 0.5, 2),
        ([1, 2, 3, 4], 0.5, 2),
        (range(101), 0.99, 99),
        ([5], 0.99, 5),
        ([1, math.nan], 1, math.inf),
        ([math.nan, 2, 1], 0.5, 2),
    ],
)
def test_a_percentile_is_a_value_that_occurred(values, q, expected):
    assert percentile(list(values), q) == expected


def test_no_values_have_no_percentile():
    assert math.isnan(percentile([], 0.5))
    with pytest.raises(ValueError):
        percentile([1], 1.5)


def test_windows_go_by_event_time_and_count_what_was_not_answered():
    ts = pd.Timestamp("2026-03-02 10:00", tz="UTC") + pd.to_timedelta([59.999, 120, 0], unit="s")
    found = per_window(pd.DataFrame({"ts": ts, "latency_ms": [7.0, np.nan, 5.0]}), q=1)
    assert found["requests"].tolist() == [2, 0, 1]
    assert found["latency_ms"].tolist()[::2] == [7, math.inf]
    assert math.isnan(found["latency_ms"].iloc[1])
    assert found.index[0] == pd.Timestamp("2026-03-02 10:00", tz="UTC")


def test_the_windows_hold_every_request_whatever_their_order():
    rng = np.random.default_rng(3)
    start = pd.Timestamp("2026-03-02", tz="UTC")
    frame = pd.DataFrame(
        {
            "ts": start + pd.to_timedelta(rng.integers(0, 3_600_000, 5_000), unit="ms"),
            "latency_ms": rng.lognormal(3, 1, 5_000),
        }
    )
    found, shuffled = per_window(frame), per_window(frame.sample(frac=1, random_state=1))
    assert found.equals(shuffled)
    assert found["requests"].sum() == 5_000
    minute = frame[frame["ts"].dt.floor("min") == found.index[17]]
    assert found["latency_ms"].iloc[17] == percentile(minute["latency_ms"], 0.99)
