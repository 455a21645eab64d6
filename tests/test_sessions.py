"""Sessions: right by hand, and the same in any order of arrival."""

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from labkit.logs.sessions import number_sessions

GAP = pd.Timedelta("30min")
START = pd.Timestamp("2026-03-02 09:00", tz="UTC")


def frame(*rows):
    users, minutes = zip(*rows, strict=True)
    ts = START + pd.to_timedelta(np.array(minutes, float), unit="min")
    return pd.DataFrame({"user": pd.array(users, dtype="string"), "ts": ts})


def by_hand(events):
    """One user after the other, one event after the other."""
    number, found = -1, {}
    for user in sorted(events["user"].dropna().unique()):
        last = None
        for row, ts in events[events["user"] == user]["ts"].sort_values(kind="stable").items():
            number += last is None or ts - last > GAP
            found[row], last = number, ts
    return found


def test_a_break_longer_than_the_gap_begins_a_session():
    events = frame(("a", 0), ("b", 5), ("a", 30), ("a", 60.01), ("b", 100))
    assert number_sessions(events, GAP).tolist() == [0, 2, 0, 1, 3]


def test_the_break_counts_from_the_event_before():
    events = frame(*[("a", minute) for minute in range(0, 200, 25)])
    assert number_sessions(events, GAP).tolist() == [0] * 8


def test_without_a_user_there_is_no_session():
    events = frame(("a", 0), (None, 10), ("a", 20))
    assert number_sessions(events, GAP).isna().tolist() == [False, True, False]
    assert number_sessions(events.iloc[:0], GAP).tolist() == []


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 400)), min_size=1, max_size=40),
    st.randoms(use_true_random=False),
)
def test_order_of_arrival_does_not_matter(rows, random):
    events = frame(*rows)
    assert number_sessions(events, GAP).to_dict() == by_hand(events)
    order = list(events.index)
    random.shuffle(order)
    shuffled = number_sessions(events.loc[order], GAP)
    assert shuffled.index.tolist() == order
    assert shuffled.nunique() == number_sessions(events, GAP).nunique()
