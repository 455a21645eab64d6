"""How a log is read: parsers that lose no line, templates, lives of instances, the figure."""

import json
import shutil

import matplotlib.pyplot as plt
import mlcroissant as mlc
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.logs import dashboard, parse, templates, timeline
from labkit.logs.records import FIELDS
from labkit.riverton import captured, data
from labkit.riverton.log_simulator import simulate

LINE = json.dumps(
    {
        "ts": "2026-03-02T08:00:01.250Z",
        "level": "info",
        "event": "request",
        "instance": "scorer-1",
        "status": 200,
        "latency_ms": 12.5,
        "msg": "answered",
    }
).encode()
READERS = {"json": parse.parse_json_lines, "text": parse.parse_text_lines}


@given(st.lists(st.one_of(st.binary(max_size=30), st.just(LINE), st.just(b'{"ts": 1}'))))
def test_whatever_the_lines_parsed_and_rejected_is_read(lines):
    for read in READERS.values():
        parsed = read(lines)
        assert parsed.read == len(lines) == len(parsed.records) + len(parsed.rejected)
        assert sum(parsed.reasons().values()) == len(parsed.rejected)
        assert all(line.reason for line in parsed.rejected)


@pytest.mark.parametrize("form", READERS)
def test_the_lines_that_the_simulator_broke_are_those_rejected(form):
    log = simulate(lines=20_000, seed=3)
    parsed = READERS[form](log.lines(form))
    assert parsed.read == 20_000
    broken = {n for numbers in log.incident("broken_lines")["lines"].values() for n in numbers}
    rejected = {line.line for line in parsed.rejected}
    assert rejected <= broken
    # Text has no end mark: a line cut in its last word looks whole.
    assert len(broken - rejected) <= (0 if form == "json" else 3)


def test_records_come_back_as_they_were_written():
    log = simulate(lines=5_000, seed=3, incidents=[])
    got = parse.parse_json_lines(log.lines()).frame()
    for name in ("ts", "status", "latency_ms", "msg", "rows_written", "auc"):
        pd.testing.assert_series_equal(
            got[name], log.frame[name], check_index=False, check_dtype=name in ("ts", "status")
        )
    assert set(got) == {field.name for field in FIELDS}


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "empty"),
        (LINE[:-1], "cut short"),
        (LINE[:40] + LINE, "two lines in one"),
        (LINE[40:], "no beginning"),
        (LINE.replace(b"answered", b"\xff"), "not UTF-8"),
        (b"Traceback", "not JSON"),
        (b"[1]", "no object"),
        (b"{}", "no ts"),
        (LINE.replace(b"request", b"rain"), "unknown event or level"),
        (LINE.replace(b"2026-03-02T", b"today "), "no time in ts"),
    ],
)
def test_a_rejected_line_says_why(raw, reason):
    raw = raw.replace(b'{"ts": ', b'{"ts":')
    assert parse.parse_json_lines([raw]).rejected[0][:2] == (1, reason)


def test_templates_take_out_what_varies():
    messages = [
        "answered, called back on +48 22 281 6232",
        "answered, called back on +48 22 942 2155",
        "receipt sent to lea.martin47@example.com",
        "customer u117711 is on the list",
        "trace 20bb19d4b55a064f took 12.5 ms",
        "deadbeef faded",
    ]
    counted = templates.count_templates([*messages, None])
    assert counted["lines"].to_dict() == {
        "answered, called back on <n> <n> <n> <n>": 2,
        "receipt sent to <mail>": 1,
        "customer <user> is on the list": 1,
        "trace <hex> took <n> ms": 1,
        "deadbeef faded": 1,
    }
    assert counted["example"].iloc[0] == messages[0]


def story(*lines):
    frame = pd.DataFrame(lines, columns=["s", "instance", "event"])
    ts = pd.Timestamp("2026-03-02T08:00Z") + pd.to_timedelta(frame["s"], unit="s")
    return frame.assign(ts=ts, version="1.0").drop(columns="s")


def test_a_life_ends_with_a_stop_in_silence_or_not_at_all():
    log = story(
        (0, "a", "instance_start"),
        (0, "b", "instance_start"),
        (0, "c", "instance_start"),
        (2, "a", "resource"),
        (3, "b", "instance_stop"),
        (4, "b", "instance_start"),
        (10, "b", "resource"),
        (10, "c", "resource"),
    )
    lives = timeline.lives(log, "5s")
    assert sorted(zip(lives["instance"], lives["ended"], strict=True)) == [
        ("a", "silent"),
        ("b", "runs"),
        ("b", "stopped"),
        ("c", "runs"),
    ]
    start = log["ts"].min()
    at = pd.DatetimeIndex([start + pd.Timedelta(seconds=s) for s in (1, 3.5, 10)])
    assert timeline.alive(lives, at).tolist() == [3, 1, 2]


def test_windows_count_every_request_and_leave_none_of_the_empty_out():
    ts = pd.to_datetime(["2026-03-02T08:00:00Z"] * 3 + ["2026-03-02T08:00:04Z"])
    requests = pd.DataFrame({"ts": ts, "status": [200, 422, 200, 500], "latency_ms": range(4)})
    seen = timeline.windows(requests, "2s")
    assert (seen["requests"] * 2).tolist() == [3, 0, 1]
    assert (seen["errors"] * 2).tolist() == [1, 0, 1]
    assert seen["p50"].tolist()[0::2] == [1, 3]


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
def test_the_captured_log_is_whole_and_described():
    seen = captured.shipped()
    parsed = parse.parse_json_lines(seen.logs[0].read_bytes().splitlines())
    assert not parsed.rejected and parsed.frame()["ts"].is_monotonic_increasing
    assert {"leak", "killed", "deployed", "index dropped"} <= set(seen.switched["what"])
    answered = seen.sent[seen.sent["status"] > 0]
    traces = {record.get("trace") for record in parsed.records}
    assert answered["trace"].isin(traces).mean() > 0.95
    described = mlc.Dataset(jsonld=data.DATASETS / "service_log" / "croissant.json")
    assert not described.metadata.ctx.issues.errors
    folder = seen.logs[0].parent
    assert sum(path.stat().st_size for path in folder.iterdir()) < 500_000


def test_a_captured_log_that_was_changed_says_how_to_get_it_back(tmp_path):
    shutil.copytree(data.DATASETS / "service_log", tmp_path / "service_log")
    (tmp_path / "service_log" / "sent.csv").write_bytes(b"")
    with pytest.raises(data.DatasetError, match="git checkout"):
        data.verified("service_log/sent.csv", tmp_path)


def test_the_figure_has_a_panel_for_each_question():
    log = parse.parse_json_lines(captured.shipped().logs[0].read_bytes().splitlines()).frame()
    ours = log[log["endpoint"].fillna("") != "/credit"]
    start = ours["ts"].min()
    span = [(start, start + pd.Timedelta("1s"), "so it was")]
    figure = dashboard.draw(ours, title="t", every="1s", silence="1s", truth=span)
    labels = [ax.get_ylabel() for ax in figure.axes]
    plt.close(figure)
    assert labels == ["truth", "requests / s", "latency, ms", "memory, MB", ""]
