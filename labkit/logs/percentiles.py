"""Percentiles of latency: per window of event time, and as a sketch that merges.

A request that got no answer has no latency. It counts as slower than all that got one: whoever
leaves it out measures the survivors.
"""

from collections import Counter

import numpy as np
import pandas as pd


def percentile(values: np.ndarray, q: float) -> float:
    """Give the value below which a share q lies; what has no value (NaN) counts as infinite.

    It is a value that occurred: in order, counted from 0, the one at floor(q (n - 1)). NaN where
    there are no values. ValueError where q is not between 0 and 1.
    """
    ordered = np.sort(np.nan_to_num(np.asarray(values, float), nan=np.inf))
    if not len(ordered) and 0 <= q <= 1:
        return np.nan
    return float(np.quantile(ordered, q, method="lower"))


def per_window(requests: pd.DataFrame, q: float = 0.99, window: str = "1min") -> pd.DataFrame:
    """Count the requests of each window of event time, and give the percentile of their latency.

    requests: columns ts (when it was logged) and latency_ms, in any order.
    Returns columns requests and latency_ms, by the start of the window; a window without requests
    has 0 and NaN.
    """
    windows = requests.set_index("ts")["latency_ms"].resample(window)
    slow = windows.agg(lambda values: percentile(values, q))
    return pd.DataFrame({"requests": windows.size(), "latency_ms": slow})


def sketch(values: np.ndarray, accuracy: float = 0.01) -> Counter[float]:
    """Count how many values lie in each bucket; bucket i ends at gamma^i.

    values: 0 or more (0 has a bucket of its own, -inf), infinity excluded. ValueError otherwise.
    Sketches of parts, made with the same accuracy, are merged by adding them.
    (DDSketch: Masson, Rim and Lee, PVLDB 12(12), 2019.)
    """
    if not np.all((np.asarray(values) >= 0) & np.isfinite(values)):
        raise ValueError("a sketch holds finite values of 0 and more")
    gamma = (1 + accuracy) / (1 - accuracy)
    with np.errstate(divide="ignore"):  # the logarithm of 0 is -inf
        buckets = np.ceil(np.log(values) / np.log(gamma))
    found, counts = np.unique(buckets, return_counts=True)
    return Counter(dict(zip(found.tolist(), counts.tolist(), strict=True)))


def from_sketch(counts: Counter[float], q: float, accuracy: float = 0.01) -> float:
    """Give the q-quantile of a sketch: the value that stands for the bucket in which it lies.

    It is off by at most `accuracy` of the quantile itself (as `percentile` defines it), whatever
    the distribution. `accuracy` as the sketch was made with. ValueError where it is empty.
    """
    if not counts:
        raise ValueError("an empty sketch has no quantiles")
    gamma = (1 + accuracy) / (1 - accuracy)
    rank, seen = q * (counts.total() - 1), 0
    for bucket in sorted(counts):
        seen += counts[bucket]
        if seen > rank:
            break
    return 2 * gamma**bucket / (gamma + 1)
