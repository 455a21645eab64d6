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
    bins: NDArray[np.integer] | None = None,
) -> pd.DataFrame:
    """Draw every method ``repeats`` times and estimate the mean of everything that is asked.

    asked: name -> value of everybody [N]. district: [N], for the cost of trips.
    progress: wraps the list of (method, repeat), to show how far it is.
    bins: [N] whole numbers from 0, classes of people; how many of each are drawn is counted.

    Returns one row per (method, repeat) with columns n, cost (crowns), df (the design's degrees of
    freedom) and, for each name, the estimate under the name itself, its standard error as if drawn
    by simple random sampling under "<name>, naive", and by the method's own design under
    "<name>, design" (NaN without a design, and without a variance that the sample brings itself).
    With bins also "has chances", whether a design sets them, and for each k "bin k", the share of
    its people who are drawn, over what the design leads to expect (over 1 without a design).
    """
    values = {name: np.asarray(value, float) for name, value in asked.items()}
    rounds = [(method, repeat) for method in methods for repeat in range(repeats)]
    rows, expected = [], {}
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
        if bins is not None:
            if method.name not in expected:
                known = method.chance is not None
                expected[method.name] = _by_design(bins, method.chance) if known else 1.0
            row["has chances"] = method.chance is not None
            share = _drawn_of(bins, drawn.ids) / expected[method.name]
            row |= {f"bin {k}": of_bin for k, of_bin in enumerate(share)}
        rows.append(row)
    return pd.DataFrame(rows).set_index(["method", "repeat"])


def summary(measured: pd.DataFrame, name: str, truth: float) -> pd.DataFrame:
    """Per method: bias and spread of one estimate in % of the truth, and what intervals are worth.

    Columns: n, cost (means); bias % and its Monte Carlo standard "error of bias"; spread %, the
    standard deviation over repetitions; low % and high %, between which 95 % of the estimates lie;
    RMSE %; "hit, naive" and "hit, design": the shares of 95 % intervals that contain the truth, by
    the two standard errors of :func:`measure` and Student's t (NaN without a design).

    Where bins were counted also "chances off", how far the chances of the worst bin are from the
    design, in Monte Carlo standard errors (NaN where no design sets them), and "most : least", the
    chance in the bin that is drawn most over that in the one drawn least (infinite if never).
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
    if "has chances" in measured:
        counted = measured.filter(regex=r"^bin \d+$").groupby("method", sort=False)
        mean, error = counted.mean(), counted.std(ddof=1).div(np.sqrt(counted.size()), axis=0)
        off = _standard_errors(mean - 1, error).max(axis=1)
        table["chances off"] = off.where(by_method["has chances"].all())
        table["most : least"] = mean.max(axis=1) / mean.min(axis=1)
    return table


def _standard_errors(gap: pd.DataFrame, error: pd.DataFrame) -> pd.DataFrame:
    """How many standard errors a gap is, where rounding is no gap and no gap is none."""
    gap = gap.abs()
    return gap.where(gap > 1e-9, 0.0) / error.clip(lower=1e-12)


def _drawn_of(bins: NDArray[np.integer], ids: NDArray[np.integer]) -> NDArray[np.float64]:
    """Share of each bin's people who are drawn; drawn twice counts twice."""
    size = np.bincount(bins)
    return np.bincount(bins[ids], minlength=len(size)) / size


def _by_design(bins: NDArray[np.integer], chance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean chance of each bin's people."""
    return np.bincount(bins, chance) / np.bincount(bins)


def chances(method: Method, bins: NDArray[np.integer], *, repeats: int, seed: int) -> pd.DataFrame:
    """Count over repeated draws how often the people of each bin are in, beside the design.

    bins: [N] whole numbers from 0. Returns one row per bin: "measured" chance, its Monte Carlo
    standard "error", and the chance "by design" (NaN without one). Drawn twice counts twice.
    """
    share = np.array(
        [_drawn_of(bins, method.draw(generator(seed, method, r)).ids) for r in range(repeats)]
    )
    return pd.DataFrame(
        {
            "measured": share.mean(axis=0),
            "error": share.std(axis=0, ddof=1) / np.sqrt(repeats),
            "by design": np.nan if method.chance is None else _by_design(bins, method.chance),
        }
    )
