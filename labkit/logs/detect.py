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


def beside_siblings(log: pd.DataFrame, every: str = "10min") -> pd.DataFrame:
    """Give the memory of each instance, less the median of the others of its service, MB.

    The tide and a deploy come to all of them; a leak, mostly, to one. Rows are windows of time
    (each holds medians), columns instances; NaN where none of the others wrote a line.
    """
    lines = log.dropna(subset="rss_mb")
    by = [lines["ts"].dt.floor(every), "instance"]
    memory = lines.groupby(by)["rss_mb"].median().unstack()
    beside = {}
    for instance in memory:
        service = instance.rsplit("-", 1)[0]
        others = [o for o in memory if o != instance and o.rsplit("-", 1)[0] == service]
        beside[instance] = memory[instance] - memory[others].median(axis=1)
    return pd.DataFrame(beside)


def leaks(beside: pd.DataFrame, hours: float = 12, at_least: float = 3) -> pd.DataFrame:
    """Give the windows of so many hours in which memory rose steadily, by `at_least` MB per hour.

    beside: as `beside_siblings` gives it. A window begins every second hour. Returns columns
    instance, start, end and mb_per_hour, the robust slope.
    """
    rows = []
    for instance, memory in beside.items():
        last = memory.index[-1] - pd.Timedelta(hours=hours)
        for start in pd.date_range(memory.index[0], last, freq="2h"):
            inside = memory[start : start + pd.Timedelta(hours=hours)].dropna()
            at = (inside.index - start) / pd.Timedelta("1h")
            rows.append((instance, start, inside.index.max(), robust_slope(at, inside)))
    found = pd.DataFrame(rows, columns=["instance", "start", "end", "mb_per_hour"])
    return found[found["mb_per_hour"] >= at_least].reset_index(drop=True)


def slow_services(
    requests: pd.DataFrame, every: str = "10min", times: float = 8, least: int = 10
) -> pd.DataFrame:
    """Give the windows in which a service that is called took unusually long.

    The median wait of each window, on a logarithmic scale, is compared with that service's other
    windows; those of fewer than `least` calls are left out. Returns columns downstream, ts (start
    of the window) and ms (the median).
    """
    by = requests.groupby(["downstream", pd.Grouper(key="ts", freq=every)])["downstream_ms"]
    seen = by.agg(ms="median", calls="size")
    seen = seen[seen["calls"] >= least]
    logs = np.log(seen["ms"])
    sick = logs.groupby(level="downstream").transform(lambda ms: unusual(ms, times, 0.05))
    return seen[sick.astype(bool)].reset_index()[["downstream", "ts", "ms"]]


def retry_storms(
    requests: pd.DataFrame, every: str = "5min", times: float = 6, least: int = 10
) -> pd.Series:
    """Give the share of requests that were retries, for the windows in which it is unusual.

    A retry is a request whose attempt is above 1. Windows of fewer than `least` requests are left
    out; the spread is held to be a twentieth at least.
    """
    retried = (requests["attempt"] > 1).astype(float).groupby(requests["ts"].dt.floor(every))
    share = retried.mean()[retried.size() >= least]
    return share[unusual(share, times, 0.05)]


def flapping(log: pd.DataFrame, starts: int = 4) -> pd.DataFrame:
    """Give the hours in which an instance started so many times or more: instance, ts, starts."""
    started = log[log["event"] == "instance_start"]
    count = started.groupby(["instance", pd.Grouper(key="ts", freq="1h")]).size()
    return count[count >= starts].rename("starts").reset_index()


def blame(requests: pd.DataFrame, version: str) -> pd.DataFrame:
    """Compare a version with the others that ran beside it, endpoint by endpoint.

    requests: customers' requests. Only those between the version's first and last count, and only
    status 500 is a failure: 503 says that the service was too busy to look. Returns, by endpoint,
    bad, total, bad_before, total_before, and ratio, low and high of `risk_ratio`.
    """
    own = requests.loc[requests["version"] == version, "ts"]
    beside = requests[requests["ts"].between(own.min(), own.max())]
    side = (beside["version"] == version).map({True: "", False: "_before"})
    failed = (beside["status"] == 500).astype(int).groupby([beside["endpoint"], side])
    counts = {"bad": failed.sum().unstack(), "total": failed.size().unstack()}
    table = pd.concat({n + s: c[s] for n, c in counts.items() for s in ("", "_before")}, axis=1)
    table = table.fillna(0).astype(int)[["bad", "total", "bad_before", "total_before"]]
    table = table[(table["total"] > 0) & (table["total_before"] > 0)]
    ratios = [risk_ratio(*counts) for counts in table.itertuples(index=False)]
    return table.assign(**pd.DataFrame(ratios, table.index, ["ratio", "low", "high"]))


def calls(log: pd.DataFrame) -> pd.DataFrame:
    """Join the caller's line of each call to the called one's, by trace.

    A request's span ends when its line is written and began latency_ms earlier. Customers' requests
    carry a user, calls do not. Returns, one row per call: trace, and for the caller and the called
    one instance, start and end, each by its own clock (instance_caller, instance_called, ...).
    """
    lines = log[(log["event"] == "request") & (log["status"] == 200)]
    spans = lines[["trace", "instance"]].assign(
        start=lines["ts"] - pd.to_timedelta(lines["latency_ms"], unit="ms"), end=lines["ts"]
    )
    ours = lines["user"].notna()
    return spans[ours].merge(spans[~ours], on="trace", suffixes=("_caller", "_called"))


def clock_offsets(joined: pd.DataFrame) -> pd.Series:
    """Give by how many seconds the clock of each instance is ahead of most that it talks to.

    joined: as `calls` gives it. Both ways taking as long, the called one works in the middle of
    the caller's span: so the middles of both are compared (Cristian 1989; NTP). Fewer than half of
    an instance's calls may be with partners that are off.
    """
    middle = {s: joined[f"start_{s}"] + (joined[f"end_{s}"] - joined[f"start_{s}"]) / 2
              for s in ("caller", "called")}  # fmt: skip
    ahead = (middle["called"] - middle["caller"]).dt.total_seconds()
    of_called = pd.DataFrame({"instance": joined["instance_called"], "ahead": ahead})
    of_caller = pd.DataFrame({"instance": joined["instance_caller"], "ahead": -ahead})
    return pd.concat([of_called, of_caller]).groupby("instance")["ahead"].median()
