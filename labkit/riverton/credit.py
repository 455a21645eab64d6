"""Pay-later credit in Riverton: who would default, when it shows, and whom loan officers approved.

Notation as in :mod:`labkit.riverton.population`. What a lender could record goes into the frame of
people; what only the makers of a made-up city can know goes into a frame of its own, the truth.
"""

import numpy as np
import pandas as pd
from scipy.special import expit

from labkit.riverton.population import N_COHORTS

OBSERVED_AT = 24
"""Month at which the data were taken: a default shows if cohort + months_to_default <= this."""

N_MERCHANTS = 2_000
LATE_MERCHANTS = 0.4
"""Share of merchants that opened only after the first month."""


def make_merchants(rng: np.random.Generator) -> pd.DataFrame:
    """Draw the merchants at which people first paid later, from the most to the least popular.

    popularity  1 / (10 + rank), so that many merchants have a handful of customers
    opened      month 0 for three in five, else any of the months 1 to 23
    default_effect  .4 e: the merchant's own push on the log-odds of default
    """
    rank = np.arange(N_MERCHANTS)
    late = rng.random(N_MERCHANTS) < LATE_MERCHANTS
    return pd.DataFrame(
        {
            "merchant": [f"M{number:04d}" for number in rank],
            "popularity": 1.0 / (10 + rank),
            "opened": np.where(late, rng.integers(1, N_COHORTS, N_MERCHANTS), 0),
            "default_effect": (0.4 * rng.standard_normal(N_MERCHANTS)).round(3),
        }
    )


def choose_merchants(
    people: pd.DataFrame, merchants: pd.DataFrame, rng: np.random.Generator
) -> np.ndarray:
    """Row of ``merchants`` for each person: by popularity among those open in the joining month."""
    choice = np.empty(len(people), dtype=np.int64)
    opened, popularity = merchants["opened"].to_numpy(), merchants["popularity"].to_numpy()
    for month, rows in people.groupby("cohort").indices.items():
        weight = np.where(opened <= month, popularity, 0.0)
        choice[rows] = rng.choice(len(merchants), size=len(rows), p=weight / weight.sum())
    return choice


def default_logit(
    people: pd.DataFrame, district_effect: np.ndarray, merchant_effect: np.ndarray
) -> np.ndarray:
    """Log-odds that a person would default on pay-later credit, one per row of ``people``.

    - 3.55 - .9 (inc - 8.2) + .9 vol (1 - [C]) - 1.0 (vol - .9) [C] + 1.0 debt
    - .35 log(1 + tenure_years) + .25 depr + u_district + 1.2 [C] + .02 (cohort - 11.5)
    + .35 (cohort / 23 - .5) vol - .15 activity
    + 1.0 max(debt - .2, 0) max(vol, 0) (1 - [C]) + .5 ((age - 44) / 14)^2 + u_merchant

    In C the sign of volatility flips: gig workers whose income moves are those with work. The
    last line is what a model that is linear in the columns cannot say.
    """
    c = (people["group"] == "C").to_numpy()
    inc = np.log(people["income"].to_numpy())
    vol, debt = people["volatility"].to_numpy(), people["debt"].to_numpy()
    cohort, age = people["cohort"].to_numpy(), people["age"].to_numpy()
    steady = -0.9 * (inc - 8.2) + 1.0 * debt - 0.35 * np.log1p(people["tenure_years"].to_numpy())
    moving = np.where(c, -1.0 * (vol - 0.9), 0.9 * vol)
    place = 0.25 * people["deprivation"].to_numpy() + district_effect
    drift = 0.02 * (cohort - 11.5) + 0.35 * (cohort / 23 - 0.5) * vol
    squeeze = 1.0 * np.maximum(debt - 0.2, 0) * np.maximum(vol, 0) * ~c
    bend = 0.5 * ((age - 44) / 14) ** 2
    other = 1.2 * c - 0.15 * people["activity"].to_numpy() + merchant_effect
    return -3.55 + steady + moving + place + drift + squeeze + bend + other


def lend(
    people: pd.DataFrame,
    district_effect: np.ndarray,
    merchant_effect: np.ndarray,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Decide on everybody's application and let everybody's credit run its course.

    default            with probability p = sigma(z), z the logit above: what happens if granted
    months_to_default  ceil(exp(1.75 - .5 vol + .4 e)), at most 24; missing where no default
    collection_calls   Poisson with mean 3 after a default, .03 otherwise: it is made by the
                       outcome, so a model that uses it looks into the future
    merit              -(z - mean z) + .7 e: what an officer without prejudice would see
    fair_approval      merit > -.8
    approved           merit - .9 [B] > -.8: what officers did, harder on B

    Returns two frames with one row per person: the recorded columns (approved, default,
    months_to_default, collection_calls) and the truth (p_default, merit, fair_approval).
    """
    n = len(people)
    z = default_logit(people, district_effect, merchant_effect).round(2)
    p = expit(z).round(6)
    default = rng.random(n) < p
    vol = people["volatility"].to_numpy()
    months = np.ceil(np.exp(1.75 - 0.5 * vol + 0.4 * rng.standard_normal(n))).clip(1, 24)
    calls = rng.poisson(np.where(default, 3.0, 0.03))
    merit = (-(z - z.mean()) + 0.7 * rng.standard_normal(n)).round(2)
    recorded = pd.DataFrame(
        {
            "approved": merit - 0.9 * (people["group"] == "B").to_numpy() > -0.8,
            "default": default,
            "months_to_default": np.where(default, months, np.nan),
            "collection_calls": calls,
        }
    )
    truth = pd.DataFrame({"p_default": p, "merit": merit, "fair_approval": merit > -0.8})
    return recorded, truth
