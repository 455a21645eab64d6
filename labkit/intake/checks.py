"""Checks that need many applications at once, or another table beside them: pandera in batch."""

import json

import numpy as np
import pandas as pd
import pandera.pandas as pa

from labkit.intake.malformed import Corpus

NATURAL_KEY = ("person_id", "merchant_code", "amount")
"""What people take for the identity of a purchase. Two purchases can share it."""
ALLOWED_LATE = pd.Timedelta(minutes=1)
FACTOR = (30.0, 300.0)
"""A change of unit by 100 multiplies a merchant's amounts by something in here."""
AT_LEAST = 5
"""Rows before and after a change of unit."""


def batch(predictions: pd.DataFrame, checkouts: pd.DataFrame) -> pd.DataFrame:
    """What was scored as one table, by offset, with `received_at` and the shop's `opened_at`.

    predictions: as `Store.predictions` gives it. checkouts: as in `Corpus`.
    """
    table = pd.DataFrame([json.loads(text) for text in predictions["application"]])
    table.index = predictions.index
    table["submitted_at"] = pd.to_datetime(table["submitted_at"], utc=True, format="ISO8601")
    table["received_at"] = pd.to_datetime(predictions["received_at"], utc=True, format="ISO8601")
    return table.join(checkouts, on="checkout")


def in_time(table: pd.DataFrame) -> pd.Series:
    """Submitted after the shop opened the basket, and at most a minute after the body came [n]."""
    latest = table["received_at"] + ALLOWED_LATE
    return table["submitted_at"].between(table["opened_at"], latest)


def first_of_its_checkout(table: pd.DataFrame) -> pd.Series:
    """The first to arrive of all that share a checkout [n]."""
    return ~table.sort_values("received_at").duplicated("checkout").reindex(table.index)


def in_the_unit(table: pd.DataFrame) -> pd.Series:
    """In the unit that its merchant has always used [n]."""
    amounts = np.log10(table.sort_values("received_at")["amount"])
    changed = amounts.groupby(table["merchant_code"]).transform(after_a_jump)
    return ~changed.reindex(table.index).astype(bool)


def after_a_jump(x: pd.Series) -> pd.Series:
    """Which of a merchant's amounts (log 10, in order of time) come after a change of unit."""
    n, before = len(x), np.arange(AT_LEAST, len(x) - AT_LEAST + 1)
    if not len(before):
        return pd.Series(False, x.index)
    sums = x.cumsum().to_numpy()[before - 1]
    jump = (x.sum() - sums) / (n - before) - sums / before
    best = np.argmax(before * (n - before) * jump**2)  # the split that explains most
    low, high = np.log10(FACTOR)
    changed = low < jump[best] < high
    return pd.Series(changed & (np.arange(n) >= before[best]), x.index)


SCHEMA = pa.DataFrameSchema(
    checks=[
        pa.Check(in_time, name="time travel"),
        pa.Check(first_of_its_checkout, name="duplicate"),
        pa.Check(in_the_unit, name="cents"),
    ]
)
"""The three kinds that one body does not show."""


def found(table: pd.DataFrame, schema: pa.DataFrameSchema = SCHEMA) -> list[tuple[int, str]]:
    """The (offset, check) of every row that a check of the schema refuses, each row once."""
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.drop_duplicates("index").sort_values("index")
        return [(int(i), str(name)) for i, name in zip(cases["index"], cases["check"], strict=True)]
    return []


def repeated_within(table: pd.DataFrame, window: pd.Timedelta) -> pd.Series:
    """Same person, merchant and amount as another that arrived at most `window` before [n]."""
    ordered = table.sort_values("received_at")
    since = ordered.groupby(list(NATURAL_KEY))["received_at"].diff()
    return (since <= window).reindex(table.index)


def arrival_text(corpus: Corpus) -> list[str]:
    """Each body's time of arrival as the gateway writes it into the header."""
    return [t.isoformat(timespec="milliseconds") for t in corpus.sent["received_at"]]
