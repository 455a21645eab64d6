"""The case of the chapter's project: drawn from the learner's number, always the same, sensible."""

import numpy as np
import pytest

from labkit.riverton.shopping_day import DAYS, SHOPPING_DAY, hand_out


def test_a_number_gives_always_the_same_case_and_another_one_another():
    first, again, other = hand_out(3), hand_out(3), hand_out(4)
    assert np.array_equal(first.counts, again.counts)
    assert first.machines == again.machines and first.budget == again.budget
    assert not np.array_equal(first.counts, other.counts)
    assert first.machines != other.machines


@pytest.mark.parametrize("seed", range(8))
def test_the_month_has_a_tide_and_its_peak_on_the_shopping_day(seed):
    hours = hand_out(seed).counts.reshape(-1, 360)
    assert len(hours) == DAYS * 24
    five = hours.reshape(-1, 12, 30).sum(axis=2).max(axis=1) / 300
    assert five.argmax() // 24 == SHOPPING_DAY
    assert five.max() > 1.08 * hours[five.argmax()].mean() / 10  # a burst that the mean hides
    usual = np.median(hours.sum(axis=1).reshape(DAYS, 24), axis=0)
    assert usual.max() > 2 * usual.min()


def test_reserving_costs_less_and_a_cycle_takes_longer_than_the_model():
    for seed in range(30):
        case = hand_out(seed)
        for machine in case.machines.values():
            assert machine["reserved"] < machine["on_demand"]
            assert all(np.less(machine["model_ms"], machine["cycle_ms"]))
            assert sum(machine["cycle_ms"]) < case.bound_ms


def test_a_seed_below_zero_is_refused():
    with pytest.raises(ValueError, match="0 or more"):
        hand_out(-1)
