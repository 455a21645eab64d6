"""Detectors: what a log shows when something breaks, each with a rule that can be read.

None of them looks at messages or at the truth of a simulated log; all work on the columns of
`labkit.logs.records`.
"""

import numpy as np
import pandas as pd
from scipy.stats import norm

MAD_TO_SD = 1.4826  # in a normal distribution the standard deviation is so many MADs


def robust_slope(x: np.ndarray, y: np.ndarray) -> float:
    """Give the median slope of all lines through two points (Theil 1950, Sen 1968).

    In units of y per unit of x. Points may be wild as long as they are fewer than 29 %. NaN where
    no two x differ. Memory grows with the square of the number of points.
    """
    x, y = np.asarray(x, float), np.asarray(y, float)
    i, j = np.triu_indices(len(x), 1)
    differ = x[i] != x[j]
    if not differ.any():
        return np.nan
    i, j = i[differ], j[differ]
    return float(np.median((y[j] - y[i]) / (x[j] - x[i])))


def slope_beside_load(
    hours: np.ndarray, mb: np.ndarray, load: np.ndarray, rounds: int = 20
) -> tuple[float, float]:
    """Give what memory gains per hour, and what it holds per unit of load, each beside the other.

    Memory that follows the tide of the load is no leak. Each of the two robust slopes is taken
    on what the other one leaves, in turn. Returns (MB per hour, MB per unit of load).
    """
    hours, mb, load = (np.asarray(a, float) for a in (hours, mb, load))
    leak = held = 0.0
    for _ in range(rounds):
        held = robust_slope(load, mb - leak * hours)
        leak = robust_slope(hours, mb - held * load)
    return leak, held


def unusual(values: np.ndarray, times: float = 6, floor: float = 0.0) -> np.ndarray:
    """Tell which values lie more than `times` spreads above the median.

    The spread is the median distance from the median (MAD), scaled to a standard deviation, and
    at least `floor`: where most values are equal it would be 0. Half of all windows may be sick
    before the median gives way. NaN is not unusual. Returns bool, shape of `values`.
    """
    values = np.asarray(values, float)
    usual = np.nanmedian(values)
    spread = MAD_TO_SD * np.nanmedian(np.abs(values - usual))
    return values > usual + times * max(spread, floor)


def risk_ratio(
    bad: int, total: int, bad_before: int, total_before: int, level: float = 0.95
) -> tuple[float, float, float]:
    """Give how many times likelier bad is than before, with an interval: (ratio, low, high).

    The logarithm of the ratio is nearly normal. Half a case is added to each count where one of
    them is 0. ValueError where a total is 0. (Katz, Baptista, Azen and Pike, Biometrics 34, 1978.)
    """
    if min(total, total_before) < 1:
        raise ValueError("a risk needs at least one request")
    half = 0.5 if 0 in (bad, bad_before) else 0
    a, n, c, m = bad + half, total + half, bad_before + half, total_before + half
    ratio = (a / n) / (c / m)
    error = np.sqrt(1 / a - 1 / n + 1 / c - 1 / m)
    z = norm.isf((1 - level) / 2)
    return ratio, ratio * np.exp(-z * error), ratio * np.exp(z * error)


def adjusted_risk_ratio(strata: pd.DataFrame, level: float = 0.95) -> tuple[float, float, float]:
    """Give one risk ratio over strata such as endpoints, each compared with itself.

    strata: one row each, columns bad, total, bad_before, total_before. Returns (ratio, low, high);
    NaN where nothing bad happened on one of the sides. (Mantel and Haenszel, JNCI 22, 1959; the
    interval: Greenland and Robins, Biometrics 41, 1985.)
    """
    a, n, c, m = (strata[k].to_numpy(float) for k in ("bad", "total", "bad_before", "total_before"))
    N = n + m
    top, bottom = (a * m / N).sum(), (c * n / N).sum()
    if not top or not bottom:
        return np.nan, np.nan, np.nan
    variance = (((a + c) * n * m - a * c * N) / N**2).sum() / (top * bottom)
    z, ratio = norm.isf((1 - level) / 2), top / bottom
    error = np.sqrt(variance)
    return ratio, ratio * np.exp(-z * error), ratio * np.exp(z * error)
