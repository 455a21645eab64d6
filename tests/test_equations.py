"""The equations in the datasheets are those that the data obey: each is read there and tested.

An equation is evaluated for everybody with `e` at 0. What the data do beyond it must have the
spread that the equation gives to `e`, and must go with no other column: a term that is missing, or
whose coefficient is off, would show. A residual that has nothing to do with a column stays within
five standard errors of 0, but for less than one in a million.
"""

import re

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from labkit.riverton import data

STANDARD_ERRORS = 5


@pytest.fixture(scope="module")
def people():
    return data.load_people()


@pytest.fixture(scope="module")
def names(people):
    """What the equations call the columns."""
    group = {f"is_{name}": (people["group"] == name).astype(float) for name in "ABC"}
    district = data.load_districts()["default_effect"][people["district"]].to_numpy() / 0.3
    effect = data.load_merchants().set_index("merchant")["default_effect"]
    numbers = {name: people[name].astype(float) for name in ("age", "cohort", "tenure_years")}
    return {
        **group,
        **numbers,
        "degree": people["has_degree"].astype(float),
        "depr": people["deprivation"],
        "inc": np.log(people["income"]),
        "debt": people["debt"],
        "vol": people["volatility"],
        "activity": people["activity"],
        "e_district": district,
        "e_merchant": effect[people["merchant"].astype(str)].to_numpy() / 0.4,
        "sigma": expit,
        "log": np.log,
        "exp": np.exp,
        "max": np.maximum,
    }


@pytest.fixture(scope="module")
def others(people, names):
    """The columns that no residual may go with, centred, one per name."""
    chosen = ("is_B", "is_C", "age", "cohort", "degree", "depr", "inc", "debt", "vol", "activity")
    columns = {name: names[name] for name in chosen}
    columns["log_tenure"] = np.log1p(names["tenure_years"])
    columns["female"] = (people["sex"] == "female").astype(float)
    frame = pd.DataFrame(columns)
    return (frame - frame.mean()).assign(constant=1.0)


def documented(folder="riverton_people"):
    """The equations of a datasheet, by what stands to the left of each."""
    text = (data.DATASETS / folder / "README.md").read_text(encoding="utf-8")
    found, name = {}, ""
    for block in re.findall(r"```text\n(.*?)```", text, re.DOTALL):
        for line in block.splitlines():
            left, _, right = re.match(r"(\S.*?)?( *= *| {2,})(.+)", line).groups()
            name = left or name
            found[name] = f"{found.get(name, '')} {right}".strip()
    return found


def evaluate(equation, names):
    """The value of an equation as a datasheet writes it: `.5 depr` is a product, [B] is 1 in B."""
    code = re.sub(r"\[(\w)\]", r"is_\1", equation).replace("^", "**")
    code = re.sub(r"(?<=[\d\w)]) +(?=[\w(.])", "*", code)
    return eval(code, {"__builtins__": {}}, names)


def assert_goes_with_nothing(residual, variance, others, but=()):
    columns = others.drop(columns=list(but))
    off = columns.T @ residual / np.sqrt((columns**2).T @ variance)
    assert off.abs().max() < STANDARD_ERRORS, off.round(1).to_dict()


# What is computed from a column later, and so may go with its residual.
MADE_FROM = {
    "income": ("inc", "debt", "activity"),
    "debt": ("debt",),
    "volatility": ("vol",),
    "activity": ("activity",),
    "spend": (),
    "has_degree": ("degree", "inc", "debt", "activity"),
    "has_app": (),
    "states_income": (),
}


@pytest.mark.parametrize("column", ["income", "debt", "volatility", "activity", "spend"])
def test_a_drawn_column_obeys_its_equation(people, names, others, column):
    equation = documented()[column]
    values = people[column].astype(float)
    if equation.startswith("exp("):
        equation, values = equation.removeprefix("exp(").removesuffix(")"), np.log(values)
    spread = float(re.search(r"(\.\d+) e\b", equation)[1])
    without_e = re.sub(r"^\.\d+ e\b|\+ \.\d+ e\b", "", equation)
    residual = values - evaluate(without_e or "0", names)
    assert residual.std() == pytest.approx(spread, rel=0.01)
    assert_goes_with_nothing(residual, residual**2, others, MADE_FROM[column])


@pytest.mark.parametrize("column", ["has_degree", "has_app", "states_income"])
def test_a_chance_is_the_one_that_is_documented(people, names, others, column):
    p = evaluate(documented()[column].removeprefix("probability "), names)
    assert_goes_with_nothing(people[column] - p, p * (1 - p), others, MADE_FROM[column])


def test_the_true_probability_is_the_documented_one(names):
    log_odds = evaluate(documented()["logit p"], names)
    stored = logit(data.load_truth()["p_default"])
    np.testing.assert_allclose(stored, log_odds, atol=0.02)  # rounded: log-odds to .01, p to 1e-6


def test_defaults_happen_with_the_true_probability(people, others):
    p = data.load_truth()["p_default"]
    assert_goes_with_nothing(people["default"] - p, p * (1 - p), others)


def test_officers_decided_as_documented(people, names):
    known = data.load_truth()
    equations = documented()
    seen = {**names, "merit": known["merit"]}
    for column, decided in (
        ("fair_approval", known["fair_approval"]),
        ("approved", people["approved"]),
    ):
        left, limit = equations[column].split(" > ")
        assert (decided == (evaluate(left, seen) > float(limit))).all()
    log_odds = logit(known["p_default"])
    noise = known["merit"] + (log_odds - log_odds.mean())
    assert "+ .7 e" in equations["merit"]
    assert noise.std() == pytest.approx(0.7, rel=0.01)


def test_ages_and_tenures_have_their_documented_means(people):
    equations = documented()
    assert equations["age"].startswith("18 + 62 Beta(1.6, 2.2)")
    assert people["age"].mean() == pytest.approx(18 + 62 * 1.6 / 3.8 - 0.5, abs=0.2)
    assert equations["tenure_years"].startswith("exponential, mean 5 (2.5 in C)")
    tenure = people.groupby("group", observed=True)["tenure_years"].mean()
    assert tenure["A"] == pytest.approx(5, rel=0.02)
    assert tenure["C"] == pytest.approx(2.5, rel=0.06)


def test_what_is_drawn_evenly_is_even(people):
    equations = documented()
    assert equations["cohort"].startswith("0 to 23, all alike")
    assert equations["sex"].startswith("even odds")
    for column in ("cohort", "sex"):
        count = people[column].value_counts()
        expected = len(people) / len(count)
        noise = np.sqrt(expected * (1 - 1 / len(count)))
        assert (count - expected).abs().max() < STANDARD_ERRORS * noise


def test_documents_are_shown_as_documented(people):
    shares = re.findall(r"\((\.\d+), (\.\d+), (\.\d+)\)", documented()["id_document"])
    alike, in_b = np.array(shares, dtype=float)
    seen = people.groupby("group", observed=True)["id_document"].value_counts(normalize=True)
    for group, expected in {"A": alike, "B": in_b, "C": alike}.items():
        found = seen[group][["city card", "passport", "residence permit"]]
        np.testing.assert_allclose(found, expected, atol=0.02)


def test_defaults_show_and_are_called_about_as_documented(people):
    equations = documented()
    assert equations["months_to_default"].startswith("ceil(exp(1.75 - .5 vol + .4 e))")
    defaulted = people[people["default"]]
    expected = np.exp(1.75 - 0.5 * defaulted["volatility"] + 0.4**2 / 2) + 0.5
    uncut = expected < 9  # few of these reach the limit of 24 months
    ratio = defaulted["months_to_default"][uncut].mean() / expected[uncut].mean()
    assert ratio == pytest.approx(1, abs=0.03)
    assert equations["collection_calls"].startswith("Poisson, mean 3 after a default, .03")
    calls = people.groupby("default")["collection_calls"].mean()
    assert calls[True] == pytest.approx(3, rel=0.03)
    assert calls[False] == pytest.approx(0.03, rel=0.07)


def test_merchants_and_districts_push_as_documented():
    equation = documented()["logit p"]
    for name, load in (("district", data.load_districts), ("merchant", data.load_merchants)):
        spread = float(re.search(rf"\+ (\.\d+) e_{name}", equation)[1])
        effect = load()["default_effect"]
        assert effect.std() == pytest.approx(spread, abs=5 * spread / np.sqrt(2 * len(effect)))


def test_ties_run_as_near_as_documented(people):
    equation = documented("riverton_friendships")["friendships"]
    near, alike = (
        float(re.search(rf"(\.\d+) from the same {what}", equation)[1])
        for what in ("district and group", "group")
    )
    ties = data.load_friendships().to_numpy()
    same = {
        name: np.equal(*people[name].astype(str).to_numpy()[ties].T)
        for name in ("district", "group")
    }
    assert (same["district"] & same["group"]).mean() == pytest.approx(near, abs=0.01)
    elsewhere = same["group"][~same["district"]].mean()
    assert elsewhere > alike / (1 - near)
