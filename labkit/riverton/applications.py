"""Applications for pay-later credit: what customers send at the checkout, and what came of it."""

import numpy as np
import pyarrow as pa

from labkit.riverton.data import load_merchants, load_people, load_truth

START = np.datetime64("2026-03-02T00:00:00", "ms")
"""A Monday, midnight UTC."""
DAYS = 28
BASKET = ("groceries", "clothes", "shoes", "electronics", "furniture", "books", "toys", "travel")
COUNTRIES = ("DE", "PL", "FR", "NL", "NA", "NO", "US")
"""ISO 3166-1 alpha-2 codes of where cards are issued; NA is Namibia."""
CHANNELS = ("app", "web", "till")
INSTALMENTS = (3, 6, 12)

SCHEMA = pa.schema(
    [
        ("application_id", pa.int64()),
        ("submitted_at", pa.timestamp("ms", tz="UTC")),
        ("person_id", pa.int32()),
        ("merchant_code", pa.string()),  # four digits, leading zeros and all: "0071"
        ("amount", pa.float64()),  # crowns
        ("instalments", pa.int16()),  # null: paid back at once
        ("channel", pa.string()),
        ("card_country", pa.string()),
        ("basket", pa.list_(pa.string())),  # 1 to 4 kinds of goods, no kind twice
        ("device", pa.string()),
        ("score", pa.float64()),  # the model's estimate of the probability of default
        ("approved", pa.bool_()),  # null: the customer left before the answer
    ]
)


def hours_of_day(rng: np.random.Generator, n: int) -> np.ndarray:
    """Times of day, hours in [0, 24), of n purchases: few at night, most in the evening."""
    share = 1 + 0.9 * np.sin((np.arange(24) - 11.5) * 2 * np.pi / 24)
    hour = rng.choice(24, size=n, p=share / share.sum())
    return hour + rng.random(n)


def make_applications(n: int, rng: np.random.Generator) -> pa.Table:
    """Draw n applications of four weeks, in order of time; columns as in SCHEMA.

    Who applies is drawn from the people who have the app, in proportion to how active they are;
    the model's score is the truth on the log-odds scale plus an error of standard deviation .4.
    Made up, like all of Riverton. Raises ValueError for n below 1.
    """
    if n < 1:
        raise ValueError(f"n is {n}; expected at least 1 application")
    people, p_default = load_people(), load_truth()["p_default"].to_numpy()
    weight = np.where(people["has_app"], np.exp(0.5 * people["activity"]), 0)
    person = rng.choice(len(people), size=n, p=weight / weight.sum())
    popularity = load_merchants()["popularity"].to_numpy()
    merchant = rng.choice(len(popularity), size=n, p=popularity / popularity.sum())
    day_ms, hour_ms = 86_400_000, 3_600_000
    since = rng.integers(DAYS, size=n) * day_ms + (hours_of_day(rng, n) * hour_ms).astype(int)
    log_odds = np.log(p_default[person] / (1 - p_default[person])) + rng.normal(0, 0.4, n)
    score = np.round(1 / (1 + np.exp(-log_odds)), 4)
    version = rng.integers(1, 10, size=n)
    columns = {
        "application_id": np.arange(n) + 1,
        "submitted_at": np.sort(START + since),
        "person_id": person,
        "merchant_code": _pick([f"{code:04d}" for code in range(len(popularity))], merchant),
        "amount": np.round(np.exp(rng.normal(4.4, 0.8, n)), 2),
        "instalments": pa.array(rng.choice(INSTALMENTS, size=n), mask=rng.random(n) < 0.4),
        "channel": _pick(CHANNELS, rng.choice(3, size=n, p=[0.6, 0.3, 0.1])),
        "card_country": _pick(COUNTRIES, _skewed(rng, len(COUNTRIES), n)),
        "basket": _baskets(rng, n),
        "device": _pick([f"riverton-pay/4.{v} (phone; build 40{v}7)" for v in range(10)], version),
        "score": score,
        "approved": pa.array(score < 0.12, mask=rng.random(n) < 0.03),
    }
    return pa.table(
        [pa.array(columns[field.name]).cast(field.type) for field in SCHEMA], schema=SCHEMA
    )


def _pick(values: tuple[str, ...] | list[str], index: np.ndarray) -> pa.Array:
    return pa.array(values, pa.string()).take(pa.array(index))


def _skewed(rng: np.random.Generator, kinds: int, n: int) -> np.ndarray:
    share = 0.5 ** np.arange(kinds)
    return rng.choice(kinds, size=n, p=share / share.sum())


def _baskets(rng: np.random.Generator, n: int) -> pa.Array:
    """1 to 4 different kinds each: that many places of one of the kinds' orders, turned round."""
    length = rng.integers(1, 5, size=n)
    first = np.repeat(_skewed(rng, len(BASKET), n), length)
    offsets = np.concatenate([[0], np.cumsum(length)])
    place = np.arange(offsets[-1]) - np.repeat(offsets[:-1], length)
    return pa.ListArray.from_arrays(
        pa.array(offsets, pa.int32()), _pick(BASKET, (first + 3 * place) % len(BASKET))
    )
