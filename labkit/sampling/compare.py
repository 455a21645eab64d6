"""Many methods in one frame: draw each many times, and hold its estimates against the truth."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import t as student

from labkit.sampling.estimate import degrees_of_freedom, hajek, variance_of_mean

BY_CHANCE, NO_CHANCE, REPAIRED = "by chance", "no chance", "repaired"
FAMILIES = (BY_CHANCE, NO_CHANCE, REPAIRED)


@dataclass(frozen=True)
class Drawn:
    """One sample: whom it holds, what each stands for, and what its design's variance needs.

    ids [n]. weight [n], equal if left out. stratum, cluster [n] and sampled: as
    :func:`labkit.sampling.estimate.variance_of_mean` takes them. variance: in its place, for
    designs of more than one phase; it takes the values asked [n].
    """

    ids: NDArray[np.integer]
    weight: NDArray[np.float64] | None = None
    stratum: NDArray[np.integer] | None = None
    cluster: NDArray[np.integer] | None = None
    sampled: ArrayLike = 0.0
    variance: Callable[[NDArray[np.float64]], float] | None = None

    @property
    def weights(self) -> NDArray[np.float64]:
        return np.ones(len(self.ids)) if self.weight is None else self.weight

    def standard_error(self, values: NDArray[np.float64]) -> float:
        """Standard error of the weighted mean of ``values`` [n], by the design."""
        if self.variance is not None:
            return float(np.sqrt(self.variance(values)))
        parts = {"stratum": self.stratum, "cluster": self.cluster, "sampled": self.sampled}
        return float(np.sqrt(variance_of_mean(values, self.weights, **parts)))


@dataclass(frozen=True)
class Price:
    """What a sample costs, in crowns: the list to draw from, each person, each district visited."""

    list_of_people: float = 0.0
    person: float = 0.0
    trip: float = 0.0


@dataclass(frozen=True)
class Method:
    """A sampling method with what is needed to judge it.

    draw: gives one sample. chance: everybody's chance by design [N], None where no design sets it.
    """

    name: str
    family: str
    draw: Callable[[np.random.Generator], Drawn]
    price: Price = field(default_factory=Price)
    chance: NDArray[np.float64] | None = None


def generator(seed: int, method: Method, repeat: int) -> np.random.Generator:
    """The source of chance of one repetition, the same wherever the method stands in a list."""
    return np.random.default_rng([seed, repeat, *method.name.encode()])


def measure(
    methods: Iterable[Method],
    asked: Mapping[str, ArrayLike],
    district: NDArray[np.integer],
    *,
    repeats: int,
    seed: int,
    progress: Callable[[list], Iterable] = iter,
) -> pd.DataFrame:
    """Draw every method ``repeats`` times and estimate the mean of everything that is asked.

    asked: name -> value of everybody [N]. district: [N], for the cost of trips.
    progress: wraps the list of (method, repeat), to show how far it is.

    Returns one row per (method, repeat) with columns n, cost (crowns), df (the design's degrees of
    freedom) and, for each name, the estimate under the name itself, its standard error as if drawn
    by simple random sampling under "<name>, naive", and by the method's own design under
    "<name>, design" (NaN without a design, and without a variance that the sample brings itself).
    """
    values = {name: np.asarray(value, float) for name, value in asked.items()}
    rounds = [(method, repeat) for method in methods for repeat in range(repeats)]
    rows = []
    for method, repeat in progress(rounds):
        drawn = method.draw(generator(seed, method, repeat))
        n, price = len(drawn.ids), method.price
        visited = len(np.unique(district[drawn.ids])) if price.trip else 0
        row = {"method": method.name, "repeat": repeat, "n": n}
        row["cost"] = price.list_of_people + price.person * n + price.trip * visited
        row["df"] = degrees_of_freedom(n, drawn.stratum, drawn.cluster)
        for name, value in values.items():
            mine = value[drawn.ids]
            row[name] = hajek(mine, drawn.weights)
            row[f"{name}, naive"] = np.sqrt(mine.var(ddof=1) / n * (1 - n / len(value)))
            told = method.family == BY_CHANCE or drawn.variance is not None
            row[f"{name}, design"] = drawn.standard_error(mine) if told else np.nan
        rows.append(row)
    return pd.DataFrame(rows).set_index(["method", "repeat"])


def summary(measured: pd.DataFrame, name: str, truth: float) -> pd.DataFrame:
    """Per method: bias and spread of one estimate in % of the truth, and what intervals are worth.

    Columns: n, cost (means); bias % and its Monte Carlo standard "error of bias"; spread %, the
    standard deviation over repetitions; low % and high %, between which 95 % of the estimates lie;
    RMSE %; "hit, naive" and "hit, design": the shares of 95 % intervals that contain the truth, by
    the two standard errors of :func:`measure` and Student's t (NaN without a design).
    """
    error, by_method = measured[name] - truth, measured.groupby("method", sort=False)
    spread = 100 * by_method[name].std(ddof=1) / truth
    table = pd.DataFrame(
        {
            "n": by_method["n"].mean(),
            "cost": by_method["cost"].mean(),
            "bias %": 100 * (by_method[name].mean() / truth - 1),
            "error of bias": spread / np.sqrt(by_method.size()),
            "spread %": spread,
            "low %": 100 * (by_method[name].quantile(0.025) / truth - 1),
            "high %": 100 * (by_method[name].quantile(0.975) / truth - 1),
            "RMSE %": 100 * np.sqrt(error.pow(2).groupby("method", sort=False).mean()) / truth,
        }
    )
    for kind, df in {"naive": measured["n"] - 1, "design": measured["df"]}.items():
        reach = student.ppf(0.975, df) * measured[f"{name}, {kind}"]
        rounding = 1e-9 * abs(truth)  # an estimate that is exact has an interval of no width
        hit = (error.abs() <= reach + rounding).where(reach.notna()).astype(float)
        table[f"hit, {kind}"] = hit.groupby("method", sort=False).mean()
    return table


def chances(method: Method, bins: NDArray[np.integer], *, repeats: int, seed: int) -> pd.DataFrame:
    """Count over repeated draws how often the people of each bin are in, beside the design.

    bins: [N] whole numbers from 0. Returns one row per bin: "measured" chance, its Monte Carlo
    standard "error", and the chance "by design" (NaN without one). Drawn twice counts twice.
    """
    size = np.bincount(bins)
    share = np.array(
        [
            np.bincount(bins[method.draw(generator(seed, method, r)).ids], minlength=len(size))
            / size
            for r in range(repeats)
        ]
    )
    by_design = np.full(len(size), np.nan)
    if method.chance is not None:
        by_design = np.bincount(bins, method.chance) / size
    error = share.std(axis=0, ddof=1) / np.sqrt(repeats)
    return pd.DataFrame({"measured": share.mean(axis=0), "error": error, "by design": by_design})
