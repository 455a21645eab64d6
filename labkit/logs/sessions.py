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


def one_pass(events: pd.DataFrame, gap: pd.Timedelta) -> int:
    """Count the sessions as a reader does who takes the lines in the order in which they came.

    It remembers when each user was last seen. A late line makes breaks that nobody took: with
    lines out of order the count is wrong.
    """
    seen: dict[str, pd.Timestamp] = {}
    sessions = 0
    for user, ts in zip(events["user"], events["ts"], strict=True):
        sessions += user not in seen or abs(ts - seen[user]) > gap
        seen[user] = ts
    return sessions
