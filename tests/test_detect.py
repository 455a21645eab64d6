"""Detectors, by hand on small frames, and scored against the truth of simulated logs.

Twenty seeds, sick and healthy. The bounds stand far inside what was seen on them and on others.
"""

import math
from functools import cache

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm, theilslopes

from labkit.logs import detect, windows
from labkit.riverton.log_simulator import simulate

SEEDS = range(1, 21)
LINES = 100_000
START = pd.Timestamp("2026-03-02", tz="UTC")


@cache
def sick(seed):
    log = simulate(lines=LINES, seed=seed)
    return log, log.frame


def customers(frame):
    return frame[frame["user"].notna()]


def inside(times, incident, width):
    """Which windows, given by their starts, the incident touched."""
    begins = pd.Timestamp(incident["start"]) - pd.Timedelta(width)
    return (times > begins) & (times < pd.Timestamp(incident["end"]))


@pytest.mark.parametrize("seed", SEEDS)
def test_incidents_are_found_and_put_where_they_belong(seed):
    log, frame = sick(seed)
    asked = customers(frame)

    leak = log.incident("memory_leak")
    found = detect.leaks(detect.beside_siblings(frame))
    assert set(found["instance"]) == {leak["instance"]}
    assert 0.85 <= found["mb_per_hour"].median() / leak["mb_per_hour"] <= 1.15

    slow = log.incident("slow_dependency")
    found = detect.slow_services(asked)
    right = (found["downstream"] == slow["downstream"]) & inside(found["ts"], slow, "10min")
    assert right.sum() >= 2 and (~right).sum() <= 1

    storm = log.incident("retry_storm")
    right = inside(detect.retry_storms(asked).index, storm, "5min")
    assert right.sum() >= 2 and (~right).sum() == 0

    found = detect.flapping(frame)
    assert set(found["instance"]) == {log.incident("flapping_instance")["instance"]}

    deploy = log.incident("bad_deploy")
    blamed = detect.blame(asked, deploy["version"])
    assert blamed["low"].idxmax() == deploy["endpoint"]
    assert blamed.loc[deploy["endpoint"], "low"] > 1
    crude = detect.risk_ratio(*blamed[["bad", "total", "bad_before", "total_before"]].sum())
    assert crude[0] < 1 < detect.adjusted_risk_ratio(blamed)[0]

    skew = log.incident("clock_skew")
    joined = detect.calls(frame)
    after = joined["start_caller"] > pd.Timestamp(skew["start"]) + pd.Timedelta("5min")
    offsets = detect.clock_offsets(joined[after])
    assert abs(offsets[skew["instance"]] - skew["seconds"]) < 0.02
    assert offsets.drop(skew["instance"]).abs().max() < 0.02


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_found_in_a_healthy_log(seed):
    frame = simulate(lines=LINES, seed=seed, incidents=["tidal_load"]).frame
    asked = customers(frame)
    assert detect.leaks(detect.beside_siblings(frame)).empty
    assert len(detect.slow_services(asked)) <= 1
    assert detect.retry_storms(asked).empty
    assert detect.flapping(frame).empty


def test_the_robust_slope_is_theil_and_sens():
    rng = np.random.default_rng(1)
    x, y = rng.permutation(60), rng.normal(size=60)
    assert detect.robust_slope(x, y) == pytest.approx(theilslopes(y, x).slope, rel=1e-12)
    line = 3.0 * x + 1
    line[:15] = rng.normal(0, 1e6, 15)  # a quarter is wild
    assert detect.robust_slope(x, line) == pytest.approx(3, abs=1e-9)
    assert math.isnan(detect.robust_slope([1, 1], [2, 3]))


def test_unusual_is_above_the_median_by_so_many_spreads():
    values = [*range(10, 21), 60, math.nan, -50]
    assert np.flatnonzero(detect.unusual(values)).tolist() == [11]
    assert not detect.unusual(np.zeros(9)).any()
    assert detect.unusual([0] * 9 + [0.2]).tolist() == [False] * 9 + [True]
    assert not detect.unusual([0] * 9 + [0.2], floor=0.05).any()


def test_a_risk_ratio_by_hand():
    ratio, low, high = detect.risk_ratio(30, 100, 10, 100)
    error = math.sqrt(1 / 30 - 1 / 100 + 1 / 10 - 1 / 100)
    assert ratio == pytest.approx(3)
    assert (low, high) == pytest.approx((3 * math.exp(-1.959964 * error), 5.80335), rel=1e-4)
    assert detect.risk_ratio(0, 10, 0, 10)[0] == 1
    with pytest.raises(ValueError, match="at least one"):
        detect.risk_ratio(0, 0, 1, 2)


def test_the_interval_of_a_risk_ratio_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(2)
    bad, before = rng.binomial(2_000, 0.03, 4_000), rng.binomial(3_000, 0.01, 4_000)
    held = [
        low <= 3 <= high
        for _, low, high in (
            detect.risk_ratio(a, 2_000, c, 3_000) for a, c in zip(bad, before, strict=True)
        )
    ]
    assert abs(np.mean(held) - 0.95) <= 0.01 + 5 * math.sqrt(0.95 * 0.05 / 4_000)


STRATA = pd.DataFrame(
    {
        "bad": [9, 30],
        "total": [900, 100],
        "bad_before": [1, 90],
        "total_before": [100, 900],
    }
)


def test_an_adjusted_ratio_compares_like_with_like():
    """At both strata the ratio is at least 1, and overall it turns round."""
    crude = detect.risk_ratio(*STRATA.sum())
    assert crude[0] == pytest.approx(39 / 91)
    ratio, low, high = detect.adjusted_risk_ratio(STRATA)
    assert ratio == pytest.approx((9 * 0.1 + 30 * 0.9) / (1 * 0.9 + 90 * 0.1))
    assert 1 < low < ratio < high
    assert all(map(math.isnan, detect.adjusted_risk_ratio(STRATA.assign(bad=0))))


def test_in_one_stratum_the_adjusted_ratio_is_the_plain_one():
    one = STRATA.iloc[1:]
    assert detect.adjusted_risk_ratio(one) == pytest.approx(detect.risk_ratio(*one.iloc[0]))
    half = norm.cdf(1) - norm.cdf(-1)
    assert detect.adjusted_risk_ratio(one, half) == pytest.approx(
        detect.risk_ratio(*one.iloc[0], half)
    )


def request(version, endpoint, status, minute):
    ts = START + pd.Timedelta(minutes=minute)
    return {"version": version, "endpoint": endpoint, "status": status, "ts": ts}


def test_a_version_is_compared_with_what_ran_beside_it():
    requests = pd.DataFrame(
        [request("1", "/a", 500, minute) for minute in range(10)]  # before the deploy
        + [request("2", "/a", status, 20 + k) for k, status in enumerate([200, 500, 503, 200])]
        + [request("1", "/a", status, 21) for status in (200, 200, 500, 200, 503)]
        + [request("2", "/b", 200, 22)]
    ).convert_dtypes()
    found = detect.blame(requests, "2")
    assert found.index.tolist() == ["/a"]
    counts = found.loc["/a", ["bad", "total", "bad_before", "total_before"]]
    assert counts.astype(int).tolist() == [1, 4, 1, 5]


def test_memory_is_compared_with_the_others_of_its_service():
    rows = [
        {"ts": START + pd.Timedelta(minutes=m), "instance": f"{s}-{i}", "rss_mb": 100.0 * i + m}
        for m in range(0, 30, 10)
        for s, n in (("a", 3), ("b", 1))
        for i in range(1, n + 1)
    ]
    beside = detect.beside_siblings(pd.DataFrame(rows))
    assert beside["a-1"].tolist() == [-150] * 3
    assert beside["a-3"].tolist() == [150] * 3
    assert beside["b-1"].isna().all()
    assert detect.leaks(beside).empty


def test_spans_are_joined_by_trace_and_clocks_compared_by_their_middles():
    """a waits 100 ms for b, whose clock is 5 s ahead, in the middle of it."""
    lines = pd.DataFrame(
        {
            "event": ["request"] * 3,
            "status": [200, 200, 503],
            "trace": ["t", "t", "u"],
            "instance": ["a-1", "b-1", "a-1"],
            "user": ["ann", None, "ann"],
            "ts": START + pd.to_timedelta([100, 5_080, 200], unit="ms"),
            "latency_ms": [100.0, 60.0, 1.0],
        }
    )
    joined = detect.calls(lines)
    assert joined[["instance_caller", "instance_called"]].to_numpy().tolist() == [["a-1", "b-1"]]
    assert detect.clock_offsets(joined).round(6).to_dict() == {"a-1": -5, "b-1": 5}


def test_windows_show_a_retry_storm_and_know_what_an_incident_touches():
    log = simulate(lines=30_000, seed=3, incidents=["retry_storm"])
    table = windows.in_spreads(log.frame)
    sick = windows.touched([log.incident("retry_storm")], table.index)
    assert list(table) == ["retries", "bureau", "ledger", "starts"] and table.notna().all().all()
    assert sick[table["retries"].argmax()] and 0 < sick.sum() < len(sick) / 10
