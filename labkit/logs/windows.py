"""A log as a table of windows, for detectors that know nothing of logs."""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from labkit.logs.detect import MAD_TO_SD

# The least spread of each series: where most windows hold no retry and no start, their MAD is 0.
FLOOR = {"retries": 0.05, "bureau": 0.05, "ledger": 0.05, "starts": 0.2}


def in_spreads(log: pd.DataFrame, every: str = "10min") -> pd.DataFrame:
    """Give four series by window of time, each in spreads (scaled MAD) above its own median.

    retries: the share of customers' requests that are retries; bureau and ledger: the logarithm of
    the median wait for that service; starts: of instances. The first window, in which all
    instances start, is left out. A window without a value takes that of the window before.
    """
    asked = log[log["user"].notna()]
    window = asked["ts"].dt.floor(every)
    retried = (asked["attempt"] > 1).groupby(window).mean()
    table = pd.DataFrame({"retries": retried.astype(float)})
    waits = asked.groupby([window, "downstream"])["downstream_ms"].median().unstack()
    table[["bureau", "ledger"]] = np.log(waits[["bureau", "ledger"]])
    began = log.loc[log["event"] == "instance_start", "ts"].dt.floor(every)
    table["starts"] = began.value_counts().reindex(table.index).fillna(0)
    table = table.iloc[1:].ffill().bfill()
    away = table - table.median()
    return away / (MAD_TO_SD * away.abs().median()).clip(lower=pd.Series(FLOOR))


def touched(incidents: Iterable[dict], index: pd.DatetimeIndex, every: str = "10min") -> np.ndarray:
    """Tell which windows, by their start, one of the incidents (start, end) touches: bool."""
    found = np.zeros(len(index), bool)
    for incident in incidents:
        start = pd.Timestamp(incident["start"]) - pd.Timedelta(every)
        found |= np.asarray((index > start) & (index < pd.Timestamp(incident["end"])))
    return found
