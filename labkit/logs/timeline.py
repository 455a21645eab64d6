"""What a log says over time: requests by window, and which instances lived when."""

import pandas as pd


def windows(requests: pd.DataFrame, every: str) -> pd.DataFrame:
    """Return one row per window of `every` (such as "1s"), those without a request included.

    `requests` has ts, status and latency_ms. The columns: `requests` and `errors` (status 400 and
    more) per second, `share` of errors, and the percentiles p50, p95 and p99 of the latency (ms).
    """
    by = requests.set_index("ts").sort_index().resample(every)
    seconds = pd.Timedelta(every).total_seconds()
    out = pd.DataFrame({"requests": by.size() / seconds})
    out["errors"] = by["status"].agg(lambda status: (status >= 400).sum()).astype(float) / seconds
    out["share"] = out["errors"] / out["requests"]
    for q in (50, 95, 99):
        out[f"p{q}"] = by["latency_ms"].quantile(q / 100)
    return out


def lives(log: pd.DataFrame, silence: str) -> pd.DataFrame:
    """Return one row per life of an instance: `instance`, `version`, `start`, `end`, `ended`.

    A life begins with an instance_start, or with the first line of an instance that has none. It
    `ended` "stopped" where an instance_stop says so; "silent" where no line came for `silence` (or
    where the instance started again without having stopped), its end then being its last line; and
    else "runs", its end being that of the log.
    """
    end_of_log, rows = log["ts"].max(), []
    for instance, lines in log.sort_values("ts", kind="stable").groupby("instance", sort=False):
        life = (lines["event"] == "instance_start").astype(int).cumsum()
        for _, one in lines.groupby(life):
            last = one.iloc[-1]
            rows.append((instance, last["version"], one["ts"].iloc[0], last["ts"], last["event"]))
    out = pd.DataFrame(rows, columns=["instance", "version", "start", "end", "last"])
    stopped = out["last"] == "instance_stop"
    again = out["instance"].duplicated(keep="last")
    silent = (end_of_log - out["end"] > pd.Timedelta(silence)) | again
    out["ended"] = "runs"
    out.loc[silent, "ended"] = "silent"
    out.loc[stopped, "ended"] = "stopped"
    out.loc[out["ended"] == "runs", "end"] = end_of_log
    return out.drop(columns="last").sort_values("start", ignore_index=True)


def alive(lives: pd.DataFrame, at: pd.DatetimeIndex) -> pd.Series:
    """Return how many of `lives` there are at each time of `at`."""
    start, end = lives["start"].to_numpy(), lives["end"].to_numpy()
    times = at.to_numpy()[:, None]
    return pd.Series(((start <= times) & (times <= end)).sum(axis=1), index=at)
