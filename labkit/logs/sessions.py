"""Sessions: what one user did without a long break, by the time at which it happened."""

import pandas as pd


def number_sessions(events: pd.DataFrame, gap: pd.Timedelta) -> pd.Series:
    """Number the sessions, 0, 1, ...: a user's next one begins after a break longer than `gap`.

    events: columns user and ts, in any order; a row without a user belongs to no session (<NA>).
    The break counts from the user's event before, not from the start of the session. Sessions are
    numbered by user, then by time. Returns Int64, by the index of `events`, in its order.
    """
    ordered = events.dropna(subset="user").sort_values(["user", "ts"], kind="stable")
    first = ~ordered["user"].duplicated()
    after_break = ordered["ts"].diff() > gap
    number = (first | after_break).cumsum() - 1
    return number.astype("Int64").reindex(events.index)
