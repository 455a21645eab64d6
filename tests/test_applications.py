"""labkit.riverton.applications: the table that chapter 2 stores, checks and moves about."""

import numpy as np
import pyarrow.compute as pc
import pytest

from labkit.riverton.applications import BASKET, SCHEMA, make_applications


@pytest.fixture(scope="module")
def applications():
    return make_applications(5000, np.random.default_rng(7))


def test_the_same_seed_gives_the_same_table_in_order_of_time(applications):
    assert applications.equals(make_applications(5000, np.random.default_rng(7)))
    assert applications.schema == SCHEMA
    time = applications["submitted_at"].to_numpy()
    assert (np.diff(time) >= np.timedelta64(0)).all()


def test_it_holds_what_formats_lose(applications):
    assert pc.any(pc.starts_with(applications["merchant_code"], "0")).as_py()
    assert "NA" in applications["card_country"].to_pylist()
    assert 0.3 < applications["instalments"].null_count / len(applications) < 0.5
    assert 0 < applications["approved"].null_count < len(applications)


def test_no_basket_holds_a_kind_twice(applications):
    baskets = applications["basket"].to_pylist()
    assert all(
        1 <= len(b) <= 4 and len(set(b)) == len(b) and set(b) <= set(BASKET) for b in baskets
    )
    assert {len(basket) for basket in baskets} == {1, 2, 3, 4}


def test_nothing_to_draw_is_an_error():
    with pytest.raises(ValueError, match="n is 0"):
        make_applications(0, np.random.default_rng(7))
