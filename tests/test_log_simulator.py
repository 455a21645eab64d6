"""The simulated log is the same each time, conserves its lines, and holds what its truth says."""

import hashlib
import json
import os
import re
import subprocess
import sys
import time
from functools import cache

import numpy as np
import orjson
import pandas as pd
import pytest

from labkit import ROOT
from labkit.logs.records import EVENTS, FIELDS, LEVELS
from labkit.riverton.log_simulator import ALL, simulate
from labkit.riverton.log_simulator.lines import KINDS, STRAY

SEEDS = range(1, 6)
LINES = 100_000
each_seed = pytest.mark.parametrize("seed", SEEDS)
PERSONAL = re.compile(r"@|\+48|\bu\d{6}\b")


@cache
def log(seed, incidents=ALL, lines=LINES):
    return simulate(lines, seed, incidents)


def requests(seed, incidents=ALL):
    """What the scorer wrote about customers' requests."""
    frame = log(seed, incidents).frame
    return frame[frame["user"].notna()]


def during(frame, incident):
    return (frame["ts"] >= incident["start"]) & (frame["ts"] < incident["end"])


def digest(log, form="json"):
    found = hashlib.sha256(b"".join(log.blocks(form)))
    found.update(json.dumps(log.truth).encode())
    return found.hexdigest()


# The same each time


def test_the_same_seed_gives_the_same_bytes_in_a_fresh_process(tmp_path):
    first, again = simulate(8_000, 3), simulate(8_000, 3)
    assert digest(first) == digest(again)
    assert digest(first, "text") == digest(again, "text")
    code = (
        "from tests.test_log_simulator import digest, simulate; print(digest(simulate(8_000, 3)))"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "5"}
    line = [sys.executable, "-c", code]
    there = subprocess.run(line, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert there.stdout.strip() == digest(first), there.stderr


def test_other_seeds_give_other_logs():
    assert len({digest(simulate(4_000, seed)) for seed in SEEDS}) == len(SEEDS)


def test_files_hold_the_lines_and_the_truth(tmp_path):
    small = log(1, lines=5_000)
    for form, name in (("json", "log.jsonl"), ("text", "log.log")):
        path = small.write(tmp_path, form)
        assert path == tmp_path / name
        assert path.read_bytes() == b"".join(line + b"\n" for line in small.lines(form))
    assert json.loads((tmp_path / "truth.json").read_text(encoding="utf-8")) == small.truth
    with pytest.raises(ValueError, match="form is 'xml'"):
        small.write(tmp_path, "xml")


def test_a_million_lines_take_seconds():
    began = time.process_time()
    large = simulate(1_000_000, 1)
    size = sum(map(len, large.blocks()))
    assert size > 2e8
    assert time.process_time() - began < 20  # 2 to 3 s were seen


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"lines": 10}, "10 lines"),
        ({"days": 1}, "of 1 days"),
        ({"incidents": ("flood",)}, "flood"),
    ],
)
def test_what_cannot_be_simulated_is_refused(arguments, said):
    with pytest.raises(ValueError, match=said):
        simulate(**arguments)


# Lines


@pytest.mark.parametrize("lines", [3_000, 5_000, 20_001])
@pytest.mark.parametrize("incidents", [(), ALL])
@pytest.mark.parametrize("form", ["json", "text"])
def test_there_are_exactly_as_many_lines_as_asked_for(lines, incidents, form):
    small = log(2, incidents, lines)
    assert len(small.frame) == len(small.arrived) == len(list(small.lines(form))) == lines


def test_the_frame_is_typed_as_the_schema_says():
    frame = log(1).frame
    assert {name: str(kind) for name, kind in frame.dtypes.items()} == {
        field.name: field.dtype for field in FIELDS
    }
    assert set(frame["event"]) == set(EVENTS)
    assert set(frame["level"]) < set(LEVELS)
    assert isinstance(frame["packages"].dropna().iloc[0], dict)


@each_seed
def test_lines_are_the_frames_rows_and_those_that_are_broken_are_listed(seed):
    here = log(seed)
    kinds = here.incident("broken_lines")["lines"]
    listed = sorted(number for numbers in kinds.values() for number in numbers)
    assert tuple(kinds) == KINDS
    assert len(set(listed)) == len(listed)
    frame, unreadable = here.frame, []
    for number, line in enumerate(here.lines(), 1):
        try:
            record = orjson.loads(line)
        except ValueError:
            unreadable.append(number)
            continue
        if number % 997 == 0:
            row = frame.iloc[number - 1].dropna().to_dict()
            assert pd.Timestamp(record.pop("ts")) == row.pop("ts")
            assert record == row
    assert unreadable == listed


@each_seed
def test_lines_break_as_their_kind_says(seed):
    small = log(seed, ("broken_lines",), 20_000)
    kinds, lines = small.incident("broken_lines")["lines"], list(small.lines())
    whole = list(simulate(20_000, seed, ()).lines())
    for kind, numbers in kinds.items():
        assert len(numbers) > 0, kind
    for number in kinds["truncated"]:
        assert whole[number - 1].startswith(lines[number - 1])
    for one, two in zip(kinds["interleaved"][::2], kinds["interleaved"][1::2], strict=True):
        assert two == one + 1
        joined = lines[one - 1] + lines[two - 1]
        assert len(joined) == len(whole[one - 1] + whole[two - 1])
        assert whole[two - 1] in joined
    assert {lines[number - 1] for number in kinds["not_a_record"]} <= set(STRAY)
    for number in kinds["not_utf8"]:
        with pytest.raises(UnicodeDecodeError):
            lines[number - 1].decode()
        assert lines[number - 1].decode(errors="ignore") == whole[number - 1].decode()
    broken = {number for numbers in kinds.values() for number in numbers}
    assert all(
        line == other
        for number, (line, other) in enumerate(zip(lines, whole, strict=True), 1)
        if number not in broken
    )


# A healthy log is healthy, and an incident that is switched off leaves no trace


@each_seed
def test_a_healthy_log_is_healthy(seed):
    here = log(seed, ())
    frame, asked = here.frame, requests(seed, ())
    assert here.truth["incidents"] == []
    assert frame["ts"].is_monotonic_increasing
    assert (here.arrived == frame["ts"].dt.tz_localize(None).to_numpy()).all()
    assert set(asked["status"]) == {200, 422, 500}
    assert (asked["status"] == 500).mean() < 0.012
    assert (asked["attempt"] > 1).mean() < 0.01
    assert set(asked["version"]) == {"2.4.0", "2.4.1"}
    assert not frame["msg"].str.contains(PERSONAL).any()
    assert frame["event"].eq("instance_stop").sum() == 4  # the rolling deploy
    written = (frame["rows_written"] / frame["rows_read"]).dropna()
    assert written.between(0.98, 1).all()
    assert frame["auc"].dropna().between(0.78, 0.82).all()
    assert frame["level"][frame["event"] != "request"].eq("info").all()
    spread = frame[frame["event"] == "resource"].groupby("instance")["rss_mb"].agg(np.ptp)
    assert (spread < 130).all()
    per_hour = asked.groupby(asked["ts"].dt.floor("h")).size()
    assert per_hour.max() / per_hour.min() < 2
    for line in here.lines():
        assert line.endswith(b"}")


@pytest.mark.parametrize("kind", ALL)
def test_the_others_stay_where_they_are_when_one_is_switched_off(kind):
    counted = {
        "lines", "kinds", "lines_held", "calls", "failed", "attempts", "requests", "refusals"
    }  # fmt: skip
    others = log(1, tuple(k for k in ALL if k != kind), 5_000).truth["incidents"]
    assert [i["kind"] for i in others] == [k for k in ALL if k != kind]
    for incident in others:
        whole = log(1, lines=5_000).incident(incident["kind"])
        for name in set(incident) - counted:
            assert incident[name] == whole[name], (incident["kind"], name)
    with pytest.raises(KeyError, match=kind):
        log(1, tuple(k for k in ALL if k != kind), 5_000).incident(kind)


# Each incident can be found in the log, where its truth says and as large


@each_seed
def test_a_memory_leak_is_the_slope_of_one_instances_memory(seed):
    frame, leak = log(seed).frame, log(seed).incident("memory_leak")
    measured = frame[(frame["event"] == "resource") & during(frame, leak)]
    slopes = {
        name: np.polyfit(own["ts"].astype("int64") / 3.6e6, own["rss_mb"], 1)[0]
        for name, own in measured.groupby("instance")
    }
    assert max(slopes, key=slopes.get) == leak["instance"]
    assert slopes[leak["instance"]] == pytest.approx(leak["mb_per_hour"], rel=0.3)


@each_seed
def test_a_slow_dependency_is_slow_in_its_window_only(seed):
    asked, slow = requests(seed), log(seed).incident("slow_dependency")
    for name in ("bureau", "ledger"):
        calls = asked[asked["downstream"] == name]
        inside = during(calls, slow)
        ratio = calls["downstream_ms"][inside].median() / calls["downstream_ms"][~inside].median()
        factor = slow["factor"] if name == slow["downstream"] else 1
        assert ratio == pytest.approx(factor, rel=0.3)


@each_seed
def test_a_bad_deploy_fails_on_one_endpoint_of_one_version(seed):
    asked, bad = requests(seed), log(seed).incident("bad_deploy")
    asked = asked.assign(failed=asked["status"] == 500, new=asked["version"] == bad["version"])
    rates = asked.groupby(["endpoint", "new"])["failed"].mean().unstack()
    ratios = rates[True] / rates[False]
    assert ratios.idxmax() == bad["endpoint"]
    assert ratios.max() > 3
    hit = asked[asked["new"] & (asked["endpoint"] == bad["endpoint"])]
    assert hit["failed"].mean() == pytest.approx(bad["error_rate"], rel=0.5)
    assert set(asked["instance"][asked["new"]]) == {bad["instance"]}
    frame = log(seed).frame
    deploys = frame[(frame["event"] == "deploy") & (frame["version"] == bad["version"])]
    assert [packages[bad["package"]] for packages in deploys["packages"]] == [bad["package_to"]]


def test_a_bad_deploy_hides_in_the_overall_rate():
    """At the same time the new version fails less often overall: it is given other requests."""
    large = simulate(600_000, 4, ("bad_deploy", "tidal_load"))
    bad, frame = large.incident("bad_deploy"), large.frame
    asked = frame[frame["user"].notna() & during(frame, bad)]
    overall = (asked["status"] == 500).groupby(asked["version"]).mean()
    assert overall[bad["version"]] < 0.8 * overall["2.4.1"]


@each_seed
def test_a_flapping_instance_starts_again_and_again(seed):
    frame, flapping = log(seed).frame, log(seed).incident("flapping_instance")
    starts = frame[frame["event"] == "instance_start"].groupby("instance").size()
    assert starts.idxmax() == flapping["instance"]
    crashed = frame[frame["msg"].str.startswith("exit code").fillna(False)]
    assert len(crashed) == flapping["restarts"] >= 6
    skew = log(seed).incident("clock_skew")
    assert skew["instance"] != flapping["instance"]
    crashes = crashed["ts"].sort_values()
    assert list(crashes) == [pd.Timestamp(stop) for stop in flapping["stops"]]


@each_seed
def test_a_retry_storm_multiplies_requests_not_customers(seed):
    asked, storm = requests(seed), log(seed).incident("retry_storm")
    inside = asked[during(asked, storm)]
    skewed = inside["instance"] == log(seed).incident("clock_skew")["instance"]
    attempts = asked.assign(minute=asked["ts"].dt.floor("10min"))
    attempts = attempts[attempts["instance"] != log(seed).incident("clock_skew")["instance"]]
    worst = attempts.groupby("minute")["attempt"].mean().idxmax()
    assert pd.Timestamp(storm["start"]).floor("10min") <= worst < pd.Timestamp(storm["end"])
    assert len(inside[~skewed]) / inside[~skewed]["trace"].nunique() > 1.3
    assert storm["attempts"] / storm["requests"] > 1.7
    assert (asked["status"] == 503).sum() == storm["refusals"]


@each_seed
def test_jobs_that_fail_are_found_loud_or_silent(seed):
    frame = log(seed).frame
    jobs = frame[frame["event"] == "batch_job"]
    (loud,) = (row for _, row in jobs[jobs["level"] == "error"].iterrows())
    failed, silent = (log(seed).incident(kind) for kind in ("failed_job", "silent_job"))
    assert loud["job"] == failed["job"]
    assert loud["rows_written"] == 0
    assert loud["ts"] >= pd.Timestamp(failed["start"])
    quiet = jobs[(jobs["level"] == "info") & (jobs["rows_written"] < 0.5 * jobs["rows_read"])]
    assert list(quiet["job"]) == [silent["job"]]
    assert list(quiet["msg"]) == ["done"]
    share = (quiet["rows_written"] / quiet["rows_read"]).iloc[0]
    assert share == pytest.approx(silent["written_share"], abs=0.001)
    run = jobs[jobs["job"] == silent["job"]].sort_values("ts").index.get_loc(quiet.index[0])
    assert run == silent["run"]


@each_seed
def test_the_auc_drifts_from_its_run_on(seed):
    frame, drift = log(seed).frame, log(seed).incident("auc_drift")
    auc = frame[frame["event"] == "training"].sort_values("ts")["auc"].to_numpy()
    assert np.abs(auc[: drift["run"]] - 0.8).max() < 0.015
    assert auc[: drift["run"]].mean() - auc[-1] == pytest.approx(drift["auc_lost"], abs=0.012)


@each_seed
def test_a_skewed_clock_shows_where_traces_are_joined(seed):
    frame, skew = log(seed).frame, log(seed).incident("clock_skew")
    calls = frame[frame["event"].eq("request") & frame["user"].isna()]
    both = calls.merge(requests(seed)[lambda f: f["status"] == 200], on="trace")
    assert len(both) == len(calls)
    ahead = (both["ts_y"] - both["ts_x"]).dt.total_seconds()
    sane = ahead.between(0, 1)
    struck = (both["instance_x"] == skew["instance"]) | (both["instance_y"] == skew["instance"])
    assert sane[~struck].all()
    sign = np.where(both["instance_x"] == skew["instance"], -1, 1)
    off = (ahead * sign)[~sane]
    assert off.median() == pytest.approx(skew["seconds"], abs=0.3)
    assert len(off) > 1_000
    first = both["ts_x"][~sane].min()
    assert abs((first - pd.Timestamp(skew["start"])).total_seconds()) < 7_200


@each_seed
def test_personal_data_stand_in_the_lines_that_are_named(seed):
    here = log(seed)
    spilt = here.incident("personal_data")
    found = here.frame["msg"].fillna("").str.contains(PERSONAL)
    assert (np.flatnonzero(found) + 1).tolist() == spilt["lines"]
    assert set(spilt["kinds"]) == {"email", "phone", "person"}
    lines = list(here.lines("text"))
    assert all(PERSONAL.search(lines[number - 1].decode()) for number in spilt["lines"])


@each_seed
def test_late_lines_arrive_after_younger_ones(seed):
    here = log(seed)
    late, skew = here.incident("late_lines"), here.incident("clock_skew")
    frame = here.frame.assign(arrived=pd.DatetimeIndex(here.arrived).tz_localize("UTC"))
    assert frame["arrived"].is_monotonic_increasing
    frame = frame[frame["instance"] != skew["instance"]]
    delay = (frame["arrived"] - frame["ts"]).dt.total_seconds()
    held = delay > 0
    assert held[~during(frame, late)].sum() == 0
    assert held[during(frame, late)].mean() == pytest.approx(late["share"], rel=0.1)
    assert delay[held].median() == pytest.approx(late["median_delay_s"], rel=0.1)
    assert (frame["ts"] < frame["ts"].cummax()).sum() > 0.5 * held.sum()


@each_seed
def test_the_load_is_a_tide(seed):
    asked = requests(seed, tuple(kind for kind in ALL if kind != "retry_storm"))
    per_hour = asked.groupby(asked["ts"].dt.hour).size()
    tide = log(seed).incident("tidal_load")
    assert abs(per_hour.idxmax() - tide["busiest_hour"]) <= 2
    assert per_hour.max() / per_hour.min() > 8
