"""What the running service logs, against what is seen of it from outside; and its faults."""

import http.client
import json
import subprocess
import sys
import time

import orjson
import pandas as pd
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from labkit import ROOT
from labkit.logs.records import NAMES
from labkit.riverton.faults import COPIES, MALFORMED, Faults
from labkit.riverton.fleet import Fleet, capture
from labkit.riverton.scorers import N_FEATURES, digits
from labkit.riverton.server import ScoringServer, ServerError
from labkit.riverton.service_log import RESOURCE_EVERY_S, ServiceLog

ROW = digits().X_test[0]
BODY = json.dumps({"features": ROW.tolist()}).encode()


def read(paths):
    """Every line of the logs; each has to be JSON."""
    lines = [orjson.loads(line) for path in paths for line in path.read_bytes().splitlines()]
    frame = pd.DataFrame(lines, columns=NAMES)
    return frame.assign(ts=pd.to_datetime(frame["ts"]))


def ask(server, method="POST", path="/predict", body=BODY, **headers):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def metrics(server):
    _, text = ask(server, "GET", "/metrics", None)
    samples = [s for f in text_string_to_metric_families(text.decode()) for s in f.samples]
    return {(s.name, s.labels.get("status")): s.value for s in samples}


# A log on its own.


def test_a_line_has_the_fields_of_the_record_in_its_order_and_leaves_out_the_rest(tmp_path):
    with ServiceLog(tmp_path / "a.jsonl", instance="a-1", version="1.0", every_s=0) as log:
        log.write("request", "warning", status=422, user=None, latency_ms=1.5, trace="t")
    (line,) = (tmp_path / "a.jsonl").read_bytes().splitlines()
    record = json.loads(line)
    assert list(record) == [name for name in NAMES if name in record]
    assert record | {"ts": ""} == {
        "ts": "",
        "level": "warning",
        "event": "request",
        "instance": "a-1",
        "version": "1.0",
        "trace": "t",
        "status": 422,
        "latency_ms": 1.5,
    }
    seen = pd.Timestamp(record["ts"])
    assert record["ts"].endswith("Z") and len(record["ts"]) == len("2026-03-02T00:00:00.000Z")
    assert abs((pd.Timestamp.now("UTC") - seen).total_seconds()) < 60


def test_a_log_begins_and_ends_and_tells_of_its_process_in_between(tmp_path):
    with ServiceLog(tmp_path / "a.jsonl", instance="a-1", every_s=0.02):
        time.sleep(0.3)
    frame = read([tmp_path / "a.jsonl"])
    events = frame["event"].tolist()
    assert (events[0], events[-1]) == ("instance_start", "instance_stop")
    assert len(events) > 4 and set(events[1:-1]) == {"resource"}
    assert frame["ts"].is_monotonic_increasing
    outside = psutil.Process().memory_info().rss / 1e6
    assert frame["rss_mb"].dropna().between(outside / 1.5, outside * 1.5).all()
    assert frame["packages"][0]["structlog"] == __import__("structlog").__version__


@pytest.mark.parametrize(("event", "fields"), [("reqest", {}), ("request", {"latency": 1})])
def test_what_the_record_does_not_have_is_refused(tmp_path, event, fields):
    with (
        ServiceLog(tmp_path / "a.jsonl", instance="a-1", every_s=0) as log,
        pytest.raises(ValueError, match=r"there is no event|has no field"),
    ):
        log.write(event, **fields)
    assert (tmp_path / "a.jsonl").read_bytes() == b""


def test_a_log_that_is_off_costs_nothing():
    """The service under measurement does not even import it."""
    code = (
        "import sys, labkit.riverton.server_process as s\n"
        "print('structlog' in sys.modules, 'labkit.riverton.logged_service' in sys.modules)\n"
        "print(s.ScoringService._predict.__module__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["False", "False", "labkit.riverton.service"]
    with ScoringServer("row_by_row") as server:
        assert ask(server, "GET", "/faults", None)[0] == 404
        assert ("process_resident_memory_bytes", None) not in metrics(server)
        with pytest.raises(ServerError, match="404"):
            server.fault(leak=True)


@pytest.mark.parametrize("changes", [{"leak": 1}, {"expects": "63"}, {"slow": True}])
def test_a_fault_that_cannot_be_is_refused(changes):
    faults = Faults()
    with pytest.raises(ValueError, match="there is no fault"):
        faults.change(**changes)
    assert faults == Faults()


# The service at work.


@pytest.fixture(scope="module")
def live(tmp_path_factory):
    """Six seconds of a fleet in which most things go wrong, and what was seen from outside."""
    folder = tmp_path_factory.mktemp("logs")
    seen = {}

    def look():
        time.sleep(2 * RESOURCE_EVERY_S)
        for name in fleet.running:
            server = fleet.instances[name]
            rss = psutil.Process(server.pid).memory_info().rss
            seen[name] = (pd.Timestamp.now("UTC"), rss, metrics(server))

    with Fleet(folder, scorer="row_by_row") as fleet:
        captured = capture(
            fleet,
            seconds=6.0,
            rate=60,
            malformed=[(0.0, 1.0, 0.5)],
            during=[
                (1.0, lambda: fleet.leak("scorer-1")),
                (2.5, fleet.drop_index),
                (3.5, fleet.create_index),
                (4.0, lambda: fleet.kill("scorer-2")),
                (4.2, lambda: fleet.deploy("1.1", "scorer-2", faults={"expects": 63})),
            ],
        )
        more = {"x_trace_id": "mine", "x_user": "u000001", "x_attempt": "2"}
        ask(fleet.instances["scorer-1"], body=BODY, **more)
        ask(fleet.instances["scorer-1"], body=BODY, x_attempt="-1")
        look()
    return captured, read(fleet.logs), seen


def test_every_request_that_was_answered_has_one_line_that_agrees_with_what_the_client_saw(live):
    captured, log, _ = live
    lines = log[(log["event"] == "request") & (log["endpoint"] == "/predict")]
    answered = captured.sent[captured.sent["status"] > 0]
    both = answered.merge(lines, on="trace", suffixes=("", "_log"), validate="one_to_one")
    assert len(both) > 200
    # The scorer that was killed took with it what it had not written yet, and nothing else is lost.
    lost = answered[~answered["trace"].isin(lines["trace"])]
    assert (lost.index % 2 == 1).all()  # its turn
    assert lost["done_s"].between(4.0 - 2 * RESOURCE_EVERY_S, 4.2).all()
    assert (both["status"] == both["status_log"]).all()
    assert (both["user"] == both["user_log"]).all()
    # To the millisecond of waiting for a connection, the client saw what the service says and more.
    assert (both["latency_ms"] > both["latency_ms_log"] - 0.01).all()
    assert set(both["attempt"]) == {1}


def test_a_log_agrees_with_the_metrics_and_with_what_the_system_says(live):
    _, log, seen = live
    assert len(seen) == 2
    for name, (_, rss, scraped) in seen.items():
        lines = log[log["instance"] == name]
        counts = lines["status"].value_counts().to_dict()
        counted = {
            int(status): value
            for (metric, status), value in scraped.items()
            if metric == "riverton_responses_total"
        }
        assert counts == counted
        last = lines["rss_mb"].dropna().iloc[-1]
        assert last == pytest.approx(rss / 1e6, rel=0.03)
        assert last == pytest.approx(scraped["process_resident_memory_bytes", None] / 1e6, rel=0.03)


def test_the_bureau_is_another_process_that_logs_under_the_same_trace(live):
    _, log, _ = live
    requests = log[log["event"] == "request"]
    asked = requests[requests["downstream"] == "bureau"]
    bureau = requests[requests["instance"] == "bureau-1"]
    both = asked.merge(bureau, on="trace", suffixes=("", "_bureau"), validate="one_to_one")
    assert len(both) == len(asked) > 200
    assert (both["user"] == both["user_bureau"]).all()
    assert (both["latency_ms"] >= both["downstream_ms"]).all()
    assert (both["downstream_ms"] >= both["latency_ms_bureau"]).all()


def test_headers_say_whose_request_it_is_and_which_attempt(live):
    _, log, _ = live
    mine = log[(log["trace"] == "mine") & (log["instance"] == "scorer-1")].iloc[0]
    assert (mine["user"], mine["attempt"]) == ("u000001", 2)
    nobody = log[(log["event"] == "request") & log["user"].isna()]
    assert (len(nobody), nobody.iloc[0]["attempt"]) == (1, 1)
    assert len(nobody.iloc[0]["trace"]) == 16  # one of its own


def test_the_leak_is_memory(live):
    captured, log, _ = live
    since = captured.switched.set_index("what")["ts"]["leak"]
    lines = log[log["instance"] == "scorer-1"]
    kept = ((lines["ts"] > since) & (lines["status"] == 200)).sum()
    rss = lines.dropna(subset="rss_mb").set_index("ts")["rss_mb"]
    grown = rss.iloc[-1] - rss[rss.index < since].iloc[-1]
    assert grown == pytest.approx(kept * COPIES * N_FEATURES * 4 / 1e6, rel=0.3)


def test_without_its_index_the_bureau_works_longer_for_every_lookup(live):
    captured, log, _ = live
    switched = captured.switched.set_index("what")
    assert switched["plan"]["index dropped"].startswith("SCAN")
    assert switched["plan"]["index created"].startswith("SEARCH")
    dropped, created = switched["ts"]["index dropped"], switched["ts"]["index created"]
    bureau = log[log["endpoint"] == "/credit"]
    slow = bureau["latency_ms"][bureau["ts"].between(dropped, created)]
    fast = bureau["latency_ms"][bureau["ts"] < dropped]
    assert slow.median() > 3 * fast.median()


def test_a_version_that_expects_a_feature_too_few_refuses_and_says_why(live):
    _, log, _ = live
    requests = log[(log["event"] == "request") & (log["endpoint"] == "/predict")]
    new = requests[requests["version"] == "1.1"]
    assert len(new) > 10 and set(new["status"]) == {422} and set(new["level"]) == {"warning"}
    assert new["msg"].str.contains("expected 63 features; got 64").all()


def test_a_model_that_gets_a_feature_too_few_fails(tmp_path):
    log = {"path": str(tmp_path / "a.jsonl"), "instance": "scorer-1", "version": "1.1"}
    with ScoringServer("trees", log=log, faults={"expects": 63}) as server:
        status, _ = ask(server, body=json.dumps({"features": ROW[:63].tolist()}).encode())
    line = read([tmp_path / "a.jsonl"]).query("event == 'request'").iloc[0]
    assert (status, line["status"], line["level"]) == (500, 500, "error")


def test_malformed_bodies_are_refused_one_and_all(live):
    captured, _, _ = live
    bad = captured.sent[captured.sent["malformed"]]
    assert len(bad) > len(MALFORMED) and set(bad["status"]) == {422}
    good = captured.sent[~captured.sent["malformed"] & (captured.sent["intended_s"] < 3.5)]
    assert set(good["status"]) == {200}


def test_instances_start_and_stop_in_the_log_but_one_that_is_killed_says_nothing(live):
    _, log, _ = live
    starts = set(log[log["event"] == "instance_start"]["instance"])
    stops = set(log[log["event"] == "instance_stop"]["instance"])
    assert starts == {"bureau-1", "scorer-1", "scorer-2", "scorer-3"}
    assert starts - stops == {"scorer-2"}
    (deploy,) = log[log["event"] == "deploy"].to_dict("records")
    assert (deploy["version"], deploy["instance"]) == ("1.1", "deployer")


def test_a_bureau_that_is_gone_is_an_error_of_the_service(tmp_path):
    with Fleet(tmp_path, scorers=1, scorer="row_by_row", people=10) as fleet:
        server = fleet.instances["scorer-1"]
        assert ask(server, x_user="u000001")[0] == 200
        assert ask(server, x_user="unknown/../?")[0] == 200
        fleet.bureau.kill()
        status, body = ask(server, x_user="u000001")
        assert status == 502 and b"bureau" in body
        pid = server.pid
    assert not psutil.pid_exists(pid)
    log = read(fleet.logs)
    assert log["status"].dropna().tolist().count(502) == 1
    assert log[log["instance"] == "bureau-1"]["status"].dropna().isin([200, 404]).all()
