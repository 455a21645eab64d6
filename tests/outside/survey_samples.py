"""Draw the samples on which estimators are held against R, and write them to CSV files.

Run once, from the course's folder: `python3 course.py` sets up .venv, then
`.venv/bin/python tests/outside/survey_samples.py` and `Rscript tests/outside/survey_reference.R`
(on Debian: r-cran-survey, r-cran-sampling). The tests need neither: both results are committed.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from labkit.riverton.methods import Riverton
from labkit.sampling import clusters, even, strata, unequal

HERE = Path(__file__).parent


def main() -> None:
    city, rng = Riverton(), np.random.default_rng(20)
    people, N = city.people, city.N
    age = np.digitize(people["age"], [30, 40, 50, 60])

    def rows(name: str, ids: np.ndarray, weight: np.ndarray | float, **columns) -> pd.DataFrame:
        about = {
            "sample": name,
            "spend": people["spend"].to_numpy()[ids],
            "default": city.default[ids].astype(int),
            "weight": weight,
            "stratum": city.group[ids],
            "cluster": city.district[ids],
            "age": age[ids],
            "borough": city.borough[ids],
        }
        return pd.DataFrame(about | columns)

    simple = even.simple_random(N, 60, rng)
    places = np.array([25, 20, 15])
    equal = strata.stratified(city.group, places, rng)
    few = even.simple_random(N, 400, rng)
    heaps = few[np.isin(city.district[few], np.unique(city.district[few])[:30])]
    staged = clusters.two_stage(city.district, 8, 9, rng)
    chance = unequal.inclusion_probabilities(people["income"].to_numpy(float), 50)
    sized = unequal.pps(chance, rng)
    volunteers = city.app_users(300)(rng).ids
    first = even.simple_random(N, 300, rng)
    asked = np.isin(
        np.arange(300), strata.stratified(city.group[first], np.array([14, 13, 5]), rng)
    )
    seen = np.bincount(city.group[first])
    second = N / 300 * (seen / np.array([14, 13, 5]))[city.group[first]]
    table = pd.concat(
        [
            rows("simple", simple, N / 60),
            rows("strata", equal, (np.bincount(city.group) / places)[city.group[equal]]),
            rows("clusters", heaps, 200 / 30),
            rows("two-stage", staged, N / 72),
            rows("pps", sized, 1 / chance[sized]),
            rows("app", volunteers, N / 300),
            rows("two-phase", first, np.where(asked, second, 0.0), asked=asked.astype(int)),
        ]
    )
    table["asked"] = table["asked"].fillna(1).astype(int)
    margins = pd.concat(
        pd.DataFrame({"margin": name, "class": range(len(people_in)), "people": people_in})
        for name, people_in in [("age", np.bincount(age)), ("borough", np.bincount(city.borough))]
    )
    margins.to_csv(HERE / "survey_margins.csv", index=False, lineterminator="\n")
    table.to_csv(HERE / "survey_samples.csv", index=False, lineterminator="\n")


if __name__ == "__main__":
    main()
