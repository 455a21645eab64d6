"""Estimators and repairs agree with R's survey and sampling packages on the same samples.

tests/outside/survey_samples.py drew the samples, tests/outside/survey_reference.R computed what is
expected of them; both were run once, and neither is needed here.
"""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from labkit.sampling import estimate, repair, unequal

OUTSIDE = Path(__file__).parent / "outside"
N = 200_000
EXACT = {"rel": 1e-9, "abs": 0}
ASKED = ("spend", "default")


@pytest.fixture(scope="module")
def expected() -> dict:
    return json.loads((OUTSIDE / "survey_reference.json").read_text())


@pytest.fixture(scope="module")
def samples() -> dict[str, pd.DataFrame]:
    table = pd.read_csv(OUTSIDE / "survey_samples.csv")
    return dict(iter(table.groupby("sample")))


@pytest.fixture(scope="module")
def margins() -> dict[str, np.ndarray]:
    table = pd.read_csv(OUTSIDE / "survey_margins.csv")
    return {name: rows["people"].to_numpy() for name, rows in table.groupby("margin")}


def columns(sample: pd.DataFrame, *names: str) -> list[np.ndarray]:
    return [sample[name].to_numpy() for name in names]


def stratum_shares(sample: pd.DataFrame) -> np.ndarray:
    held = sample.groupby("stratum")["weight"]
    return (held.size() / held.sum()).to_numpy()


def by_borough_halves(sample: pd.DataFrame) -> dict:
    cluster, borough = columns(sample, "cluster", "borough")
    return {"cluster": cluster, "stratum": borough // 2}


DESIGNS = {
    "simple": ("simple", lambda s: {"sampled": len(s) / N}),
    "strata": (
        "strata",
        lambda s: {"stratum": s["stratum"].to_numpy(), "sampled": stratum_shares(s)},
    ),
    "strata, replaced": ("strata", lambda s: {"stratum": s["stratum"].to_numpy()}),
    "clusters": ("clusters", lambda s: {"cluster": s["cluster"].to_numpy(), "sampled": 30 / 200}),
    "two-stage": ("two-stage", lambda s: {"cluster": s["cluster"].to_numpy()}),
    "two-stage in strata": ("two-stage", by_borough_halves),
    "pps": ("pps", lambda s: {}),
}


@pytest.mark.parametrize("asked", ASKED)
@pytest.mark.parametrize("name", DESIGNS)
def test_mean_and_its_error_by_the_design(name, asked, samples, expected):
    source, design = DESIGNS[name]
    values, weight = columns(samples[source], asked, "weight")
    variance = estimate.variance_of_mean(values, weight, **design(samples[source]))
    assert estimate.hajek(values, weight) == pytest.approx(
        expected[f"{name} {asked} mean"], **EXACT
    )
    assert np.sqrt(variance) == pytest.approx(expected[f"{name} {asked} error"], **EXACT)


@pytest.mark.parametrize("asked", ASKED)
def test_unequal_chances(asked, samples, expected):
    values, weight = columns(samples["pps"], asked, "weight")
    total = estimate.horvitz_thompson(values, 1 / weight, N)
    assert total == pytest.approx(expected[f"Horvitz-Thompson {asked}"], **EXACT)
    assert estimate.hajek(values, weight) == pytest.approx(expected[f"Hajek {asked}"], **EXACT)


def test_inclusion_probabilities_with_people_taken_for_certain(expected):
    chance = unequal.inclusion_probabilities([1, 2, 3, 30, 64], 3)
    assert chance.tolist() == pytest.approx([expected[f"inclusion of {k}"] for k in range(1, 6)])


@pytest.mark.parametrize("asked", ASKED)
def test_repairs(asked, samples, margins, expected):
    values, weight, age, borough = columns(samples["app"], asked, "weight", "age", "borough")
    by_age = repair.post_stratify(weight, age, margins["age"])
    assert estimate.hajek(values, by_age) == pytest.approx(
        expected[f"post-stratified {asked}"], **EXACT
    )
    raked = repair.rake(weight, [(age, margins["age"]), (borough, margins["borough"])])
    assert estimate.hajek(values, raked) == pytest.approx(expected[f"raked {asked}"], **EXACT)


@pytest.mark.parametrize("asked", ASKED)
def test_two_phases(asked, samples, expected):
    first = samples["two-phase"]
    seen = np.bincount(first["stratum"])
    values, weight, stratum = columns(first[first["asked"] == 1], asked, "weight", "stratum")
    mean = estimate.hajek(values, weight)
    variance = estimate.variance_of_two_phase_mean(values, stratum, seen, N)
    assert mean == pytest.approx(expected[f"two-phase {asked} mean"], **EXACT)
    assert np.sqrt(variance) == pytest.approx(expected[f"two-phase {asked} error"], **EXACT)


def test_degrees_of_freedom(samples, expected):
    heaps = samples["clusters"]
    got = estimate.degrees_of_freedom(len(heaps), cluster=heaps["cluster"].to_numpy())
    assert got == expected["clusters df"]


def test_shares_sampled_belong_to_the_strata_by_their_numbers():
    values, stratum = np.array([1.0, 4, 2, 8]), np.array([0, 0, 2, 2])
    seen = estimate.variance_of_mean(values, np.ones(4), stratum=stratum, sampled=[0.5, 0.1, 0.2])
    renumbered = estimate.variance_of_mean(
        values, np.ones(4), stratum=stratum // 2, sampled=[0.5, 0.2]
    )
    assert seen == pytest.approx(renumbered)
    assert seen != estimate.variance_of_mean(values, np.ones(4), stratum=stratum, sampled=0.5)


def test_clusters_of_two_strata_may_bear_the_same_number():
    values, weight = np.array([1.0, 4, 2, 8, 3, 9]), np.ones(6)
    stratum = np.array([0, 0, 0, 1, 1, 1])
    again, apart = np.array([0, 0, 1, 0, 1, 1]), np.array([0, 0, 1, 2, 3, 3])
    assert estimate.variance_of_mean(
        values, weight, stratum=stratum, cluster=again
    ) == estimate.variance_of_mean(values, weight, stratum=stratum, cluster=apart)
    assert estimate.degrees_of_freedom(6, stratum, again) == 2


def test_a_stratum_of_one_has_no_variance_unless_it_is_all_there_is():
    values, stratum = np.array([1.0, 4, 2]), np.array([0, 0, 1])
    alone = {"stratum": stratum, "sampled": [0.5, 0.5]}
    assert np.isnan(estimate.variance_of_mean(values, np.ones(3), **alone))
    census = {"stratum": stratum, "sampled": [0.5, 1.0]}
    assert estimate.variance_of_mean(values, np.ones(3), **census) > 0


def test_one_person_of_a_stratum_in_the_second_phase_has_no_variance():
    values, stratum = np.array([1.0, 4, 2]), np.array([0, 0, 1])
    assert np.isnan(estimate.variance_of_two_phase_mean(values, stratum, [10, 10], 1_000))
    assert estimate.variance_of_two_phase_mean(values, stratum, [10, 1], 1_000) > 0
