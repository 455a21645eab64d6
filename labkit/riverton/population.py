"""The people of Riverton: where they live, who they are, what they earn, owe and spend.

Riverton is made up. Every difference between its groups was set by the authors to expose a
statistical mechanism; none of them estimates a real group. Sex enters no equation: it is the
null control, and whatever a sample shows about it is noise.

In the equations ``e`` is a fresh standard normal for each person, ``[.]`` is 1 where the
condition holds and 0 elsewhere, ``inc`` is the natural logarithm of income, and ``sigma`` is the
logistic function. Values are rounded as they will be stored before anything else is computed from
them, so the stored columns obey the equations exactly.
"""

import numpy as np
import pandas as pd
from scipy.special import expit, softmax

N_PEOPLE = 200_000
N_DISTRICTS = 200
N_COHORTS = 24
"""Months in which people joined the service: 0 to 23."""

BOROUGHS = ("Oldtown", "Harbour", "Weirside", "Foundry")
"""From the least to the most deprived, on average."""
GROUPS = ("A", "B", "C")
"""A: settled residents. B: newcomers to the city. C: gig workers."""
SEXES = ("female", "male")
ID_DOCUMENTS = ("city card", "passport", "residence permit")

_DOCUMENT_SHARES = {"A": (0.86, 0.11, 0.03), "B": (0.09, 0.19, 0.72), "C": (0.86, 0.11, 0.03)}


def make_districts(rng: np.random.Generator) -> pd.DataFrame:
    """Draw the 200 districts, numbered borough by borough.

    people       proportional to exp(.52 e), scaled to 200,000 in all
    deprivation  .5 (b - 1.3) + .5 e, where b = 0 to 3 is the borough (index, about 0)
    default_effect  .3 e: the district's own push on the log-odds of default

    Returns one row per district: district (0 to 199), borough, deprivation, people, default_effect.
    """
    borough = np.arange(N_DISTRICTS) * len(BOROUGHS) // N_DISTRICTS
    weight = np.exp(0.52 * rng.standard_normal(N_DISTRICTS))
    deprivation = 0.5 * (borough - 1.3) + 0.5 * rng.standard_normal(N_DISTRICTS)
    return pd.DataFrame(
        {
            "district": np.arange(N_DISTRICTS),
            "borough": pd.Categorical.from_codes(borough, BOROUGHS),
            "deprivation": deprivation.round(2),
            "people": _apportion(weight, N_PEOPLE),
            "default_effect": (0.3 * rng.standard_normal(N_DISTRICTS)).round(3),
        }
    )


def make_people(districts: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Draw everybody who lives in ``districts``; one row per person, in district order.

    group        in each district: softmax(log(.80, .17, .03) + (0, 1.1, .6) deprivation + noise),
                 the noise one draw per district, of sd .5 for B and .8 for C
    sex          even odds, whatever else is true
    age          18 + 62 Beta(1.6, 2.2), whole years
    has_degree   with probability sigma(.2 - .5 depr - .4 [B] - .5 [C] + .01 (50 - age))
    income       exp(8 + .45 degree - .25 depr - .12 [B] - .2 [C] + .006 (age - 18) + .45 e),
                 crowns per month
    debt         .5 e - .25 (inc - 8) + .2 depr (index)
    tenure_years exponential with mean 5 years, 2.5 years in C, at most the age; at this address
    volatility   .6 e + .9 [C]: how much the income moves from month to month (index)
    activity     .9 degree - .03 (age - 45) + .25 (inc - 8) - .3 [B] - 1.0 [C] + .8 e: how much
                 the person does online (index)
    has_app      with probability sigma(1.9 + activity); nobody else can be reached through it
    cohort       month of joining, 0 to 23, all alike
    spend        exp(inc - 1 + .15 degree + .12 activity + .35 e), crowns per month
    id_document  by group alone: B mostly shows a residence permit, so the column stands in for B
    states_income  on the application form, with probability sigma(2.2 + 1.4 (inc - 8.2)): whether
                 it is missing depends on the value that is missing
    """
    n = int(districts["people"].sum())
    district = np.repeat(districts["district"].to_numpy(), districts["people"])
    depr = districts["deprivation"].to_numpy()[district]
    group = _draw_groups(districts, district, rng)
    b, c = group == "B", group == "C"

    age = np.floor(18 + 62 * rng.beta(1.6, 2.2, n)).astype(np.int64)
    degree = rng.random(n) < expit(0.2 - 0.5 * depr - 0.4 * b - 0.5 * c + 0.01 * (50 - age))
    log_income = 8 + 0.45 * degree - 0.25 * depr - 0.12 * b - 0.2 * c + 0.006 * (age - 18)
    income = _to_tens(np.exp(log_income + 0.45 * rng.standard_normal(n)))
    inc = np.log(income)
    debt = (0.5 * rng.standard_normal(n) - 0.25 * (inc - 8) + 0.2 * depr).round(2)
    tenure = np.minimum(rng.exponential(np.where(c, 2.5, 5.0)).round(1), age)
    volatility = (0.6 * rng.standard_normal(n) + 0.9 * c).round(2)
    activity = 0.9 * degree - 0.03 * (age - 45) + 0.25 * (inc - 8) - 0.3 * b - 1.0 * c
    activity = (activity + 0.8 * rng.standard_normal(n)).round(2)
    log_spend = inc - 1 + 0.15 * degree + 0.12 * activity + 0.35 * rng.standard_normal(n)

    return pd.DataFrame(
        {
            "person_id": np.arange(n),
            "district": district,
            "borough": districts["borough"].to_numpy()[district],
            "deprivation": depr,
            "group": group,
            "sex": pd.Categorical.from_codes(rng.integers(0, 2, n), SEXES),
            "age": age,
            "has_degree": degree,
            "income": income,
            "debt": debt,
            "tenure_years": tenure,
            "volatility": volatility,
            "activity": activity,
            "has_app": rng.random(n) < expit(1.9 + activity),
            "cohort": rng.integers(0, N_COHORTS, n),
            "spend": _to_tens(np.exp(log_spend)),
            "id_document": _draw_documents(group, rng),
            "states_income": rng.random(n) < expit(2.2 + 1.4 * (inc - 8.2)),
        }
    )


def _draw_groups(
    districts: pd.DataFrame, district: np.ndarray, rng: np.random.Generator
) -> pd.Categorical:
    noise = rng.standard_normal((len(districts), 3)) * (0, 0.5, 0.8)
    slope = np.outer(districts["deprivation"], (0, 1.1, 0.6))
    share = softmax(np.log((0.80, 0.17, 0.03)) + slope + noise, axis=1)
    code = _draw_codes(share[district], rng)
    return pd.Categorical.from_codes(code, GROUPS)


def _draw_documents(group: pd.Categorical, rng: np.random.Generator) -> pd.Categorical:
    share = np.array([_DOCUMENT_SHARES[name] for name in GROUPS])
    return pd.Categorical.from_codes(_draw_codes(share[group.codes], rng), ID_DOCUMENTS)


def _draw_codes(share: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw one column index per row of ``share``, whose rows are probabilities."""
    below = share.cumsum(axis=1)[:, :-1]
    return (rng.random(len(share))[:, None] >= below).sum(axis=1)


def _to_tens(amount: np.ndarray) -> np.ndarray:
    return np.maximum(10 * np.rint(amount / 10), 10).astype(np.int64)


def _apportion(weight: np.ndarray, total: int) -> np.ndarray:
    """Whole numbers proportional to ``weight`` that add up to ``total`` (largest remainders)."""
    exact = weight / weight.sum() * total
    whole = np.floor(exact).astype(np.int64)
    short = total - whole.sum()
    whole[np.argsort(whole - exact, kind="stable")[:short]] += 1
    return whole
