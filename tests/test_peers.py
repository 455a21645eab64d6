"""The benchmark of servers: its table, its refusals, its words, and its recorded results.

None of the other servers is needed here: a small server of our own stands in for them.
"""

import dataclasses
import datetime
import json
import math
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import psutil
import pytest

from labkit import ROOT
from labkit.authoring.form import ABSOLUTE_PATH
from labkit.riverton.load_client import Job, Outcome
from labkit.riverton.load_result import make_result
from labkit.riverton.peers import benchmark, servers
from labkit.riverton.peers.benchmark import WrongLabels, common_rates, refuse_wrong, table
from labkit.riverton.peers.servers import PEERS, Peer, PeerError, Running, missing

TRUTH = np.array([3, 1, 4])


def answers(*bodies, status=200):
    """A result whose request i was answered with bodies[i]; None: not at all."""
    n = len(bodies)
    outcome = Outcome(
        sent_s=[0.0] * n,
        done_s=[math.nan if body is None else 0.01 for body in bodies],
        status=[0 if body is None else status for body in bodies],
        body=[b"" if body is None else json.dumps(body).encode() for body in bodies],
        calls=[1] * n,
    )
    return make_result(Job([1], [b""], 1.0, schedule=[0.0] * n), outcome, [])


def row(server, route, number, **values):
    return {"server": server, "route": route, "round": number, **values}


def saturated(server, route, number, clients, served, **more):
    usage = {"cpu_ms": 0.2, "cores": 1.0, "processes": 1, "memory_mb": 100.0, "errors": 0}
    return row(server, route, number, clients=clients, served=served, **{**usage, **more})


RESULTS = {
    "limit_per_s": 8000.0,
    "rates": [100.0, 3000.0],
    "saturated": [
        saturated("mosec", "JSON", 1, 64, 3000, errors=2),
        saturated("mosec", "JSON", 1, 128, 5000),
        saturated("mosec", "JSON", 2, 64, 3000),
        saturated("mosec", "JSON", 2, 128, 7000),
        saturated("ours", "binary", 1, 64, 7000),
        saturated("ours", "JSON", 1, 64, 4000),
        saturated("ours", "JSON", 1, 128, 2000),
        saturated("Ray Serve", "JSON", 1, 64, 1000, processes=13, memory_mb=1400.0),
    ],
    "latency": [
        row("ours", "JSON", 1, rate=100.0, p50_ms=2.0, p95_ms=5.0, errors=0),
        row("mosec", "JSON", 1, rate=100.0, p50_ms=4.0, p95_ms=6.0, errors=1),
        row("mosec", "JSON", 2, rate=100.0, p50_ms=5.0, p95_ms=8.0, errors=0),
        row("mosec", "JSON", 1, rate=3000.0, p50_ms=5.0, p95_ms=math.inf, errors=90),
    ],
    "starts": [
        {"server": "ours", "round": 0, "start_s": 0.4},
        {"server": "mosec", "round": 0, "start_s": 0.5},
        {"server": "mosec", "round": 1, "start_s": 0.7},
        {"server": "Ray Serve", "round": 0, "start_s": 12.0},
    ],
    "left_out": {},
}


# The table


def test_a_server_counts_with_the_number_of_clients_that_suits_it_and_by_the_median_round():
    made = table(RESULTS)
    assert made.loc[("mosec", "JSON"), "served"] == 6000
    assert made.loc[("ours", "JSON"), "served"] == 4000
    assert made.loc[("mosec", "JSON"), "share"] == 0.75


def test_the_worst_and_the_best_round_with_that_number_of_clients_are_told():
    made = table(RESULTS).loc[("mosec", "JSON")]
    assert (made["least"], made["most"]) == (5000 / 8000, 7000 / 8000)


def test_each_route_is_compared_with_our_own_by_the_same_route():
    made = table(RESULTS)
    assert made.loc[("mosec", "JSON"), "to ours"] == 1.5
    assert made.loc[("ours", "JSON"), "to ours"] == 1
    assert made.loc[("ours", "binary"), "to ours"] == 1


def test_ours_comes_first_and_the_others_follow_in_the_order_of_the_benchmark():
    assert table(RESULTS).index.tolist() == [
        ("ours", "JSON"),
        ("ours", "binary"),
        ("mosec", "JSON"),
        ("Ray Serve", "JSON"),
    ]


def test_latency_at_a_rate_is_the_median_round_and_empty_where_nothing_was_asked():
    made = table(RESULTS)
    assert made.loc[("mosec", "JSON"), "p95 at 100"] == 7
    assert made.loc[("mosec", "JSON"), "p95 at 3000"] == math.inf
    assert np.isnan(made.loc[("Ray Serve", "JSON"), "p50 at 100"])


def test_errors_of_every_kind_of_run_are_added_up():
    made = table(RESULTS)
    assert made["errors"].to_dict() == {
        ("ours", "JSON"): 0,
        ("ours", "binary"): 0,
        ("mosec", "JSON"): 93,
        ("Ray Serve", "JSON"): 0,
    }


def test_what_a_server_takes_is_in_the_table():
    made = table(RESULTS).loc[("Ray Serve", "JSON")]
    assert (made["processes"], made["memory (MB)"], made["start (s)"]) == (13, 1400, 12)


def test_rates_come_from_the_slowest_and_from_our_own():
    rates = common_rates({("ours", "JSON"): 5000, ("ours", "binary"): 9000, ("x", "JSON"): 1000})
    assert rates == [100, 500, 1000, 2000]


def test_a_rate_is_held_long_enough_for_a_tail_and_not_for_ever():
    assert benchmark.seconds_at(10) == benchmark.LONGEST_S
    assert benchmark.seconds_at(10_000) == benchmark.SHORTEST_S
    assert benchmark.seconds_at(400) == benchmark.REQUESTS / 400


# Wrong labels


def test_right_labels_pass_however_they_are_wrapped():
    refuse_wrong("x", answers({"label": 3}, [{"label": 1}], {"label": 4}), TRUTH, all_of_them=True)


@pytest.mark.parametrize(
    "bodies",
    [
        ({"label": 3}, {"label": 4}, {"label": 1}),  # another order
        ({"label": 3}, {"label": 1}, {"label": 9}),
        ({"label": 3}, {"label": 1}, {"class": 4}),  # no label
        ({"label": 3}, {"label": 1}, [{"label": 4}, {"label": 4}]),
    ],
)
@pytest.mark.parametrize("all_of_them", [True, False])
def test_a_server_that_answers_wrong_or_in_another_order_is_refused(bodies, all_of_them):
    with pytest.raises(WrongLabels, match=r"mosec .* is left out"):
        refuse_wrong("mosec (JSON)", answers(*bodies), TRUTH, all_of_them=all_of_them)


def test_rows_are_asked_about_over_and_over():
    good = [{"label": int(TRUTH[i % 3])} for i in range(7)]
    refuse_wrong("x", answers(*good), TRUTH, all_of_them=True)
    with pytest.raises(WrongLabels, match="1 of 7"):
        refuse_wrong("x", answers(*good[:6], {"label": 1}), TRUTH, all_of_them=True)


def test_an_unanswered_row_fails_the_check_and_is_an_error_afterwards():
    some = answers({"label": 3}, None, {"label": 4})
    refuse_wrong("x", some, TRUTH, all_of_them=False)
    assert some.errors == 1
    with pytest.raises(WrongLabels, match="1 of 3"):
        refuse_wrong("x", some, TRUTH, all_of_them=True)


# Words


def test_what_is_not_installed_is_said_in_one_sentence():
    assert missing({"mosec": "1", "LitServe": "2"}) == ""
    assert missing({"mosec": "", "LitServe": "2"}) == (
        "mosec is not installed here, so nothing was measured of it."
    )
    assert missing({"mosec": "", "LitServe": "", "Ray Serve": ""}) == (
        "mosec, LitServe and Ray Serve are not installed here, so nothing was measured of them."
    )


def test_an_interpreter_that_is_not_there_has_nothing_installed():
    assert servers.version_of(PEERS[1], python="no-such-python") == ""


def test_a_package_has_the_version_that_its_interpreter_sees():
    assert servers.version_of(Peer("numpy", "numpy")) == np.__version__


def test_a_peer_nobody_knows_is_refused(capsys):
    with pytest.raises(SystemExit):
        benchmark.main(["--python", "triton=python"])
    assert "there is no peer triton" in capsys.readouterr().err


def test_a_record_that_lacks_a_server_is_not_kept(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(benchmark, "RESULTS", tmp_path / "results.json")
    monkeypatch.setattr(
        benchmark,
        "installed",
        lambda pythons: {"mosec": "", "LitServe": "", "BentoML": "", "Ray Serve": ""},
    )
    monkeypatch.setattr(benchmark, "share_of_two_processors", lambda: 1.0)
    monkeypatch.setattr(benchmark, "measure", lambda peers, *_: dict(RESULTS))
    monkeypatch.setattr(benchmark, "_use_two_cores", lambda: None)
    assert benchmark.main(["--keep"]) == 0
    said = capsys.readouterr().out
    assert "are not installed here" in said and "Not kept" in said
    assert not (tmp_path / "results.json").exists()
    everything = {name: "1" for name in ("mosec", "LitServe", "BentoML", "Ray Serve")}
    monkeypatch.setattr(benchmark, "installed", lambda pythons: everything)
    assert benchmark.main(["--keep"]) == 0
    assert benchmark.load_results(tmp_path / "results.json")["versions"] == everything


# Listings


def test_a_class_is_shown_with_its_decorator_and_nothing_beside_it():
    from labkit.riverton.peers import class_in

    code = "import a\n\n\n@a.b(\n    c=1,\n)\nclass D:\n    x = 1\n\n\nclass E:\n    pass\n"
    assert class_in(code, "D") == "@a.b(\n    c=1,\n)\nclass D:\n    x = 1"
    with pytest.raises(KeyError):
        class_in(code, "F")


# The keeper


def test_a_secret_is_filled_in_where_the_server_starts():
    from labkit.riverton.peers.keeper import _filled

    assert _filled("{scratch}/x {y}", {"{scratch}": "/s"}) == "/s/x {y}"
    order = Running(PEERS[-1])._order(1)
    assert "{secret}" in order and '"RAY_AUTH_MODE": "token"' in order


STAND_IN = """
import http.server, subprocess, sys
port = int(sys.argv[-1])
# As Ray does: a process in a session of its own, whose parent is gone at once.
forget = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; " \\
    "time.sleep(60)'], start_new_session=True)"
subprocess.run([sys.executable, "-c", forget])
class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "11")
        self.end_headers()
        self.wfile.write(b'{"label":2}')
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", port), Answer).serve_forever()
"""


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """A peer that is a small server of our own, started as the real ones are."""
    (tmp_path / "stand_in.py").write_text(STAND_IN, encoding="utf-8")

    def order(self, port):
        command = [sys.executable, str(tmp_path / "stand_in.py"), str(port)]
        return json.dumps({"command": command, "env": {}, "folder": str(ROOT), "port": port})

    monkeypatch.setattr(Running, "_order", order)
    return Peer("stand-in", "stand-in", "stand_in", scores_in="stand_in.py")


def gone(pids, seconds=10.0):
    until = time.monotonic() + seconds
    while any(_lives(pid) for pid in pids) and time.monotonic() < until:
        time.sleep(0.05)
    return not any(_lives(pid) for pid in pids)


def _lives(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux hands orphans over")


@linux_only
def test_a_server_ends_with_everything_that_it_started(stand_in):
    with Running(stand_in) as running:
        pids = [process.pid for process in running.processes()]
        assert running.usage().processes == len(pids) == 2
        assert running.process_with_the_model().pid in pids
        assert running.start_s > 0
    assert gone(pids)


def test_it_ends_with_everything_when_a_measurement_fails(stand_in):
    with pytest.raises(ZeroDivisionError), Running(stand_in) as running:
        pids = [process.pid for process in running.processes()]
        1 / 0  # noqa: B018
    assert gone(pids)


@linux_only
def test_it_ends_with_everything_when_we_are_killed(stand_in, tmp_path):
    order = Running(stand_in)._order(port := servers.free_port())
    script = (
        "import sys, time, psutil\n"
        "from labkit.riverton.child import Child\n"
        "child = Child('labkit.riverton.peers.keeper', sys.argv[1])\n"
        "child.first_line(20)\n"
        "family = psutil.Process(child.pid).children(recursive=True)\n"
        "print(*[p.pid for p in family], child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script, order], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    pids = [int(pid) for pid in parent.stdout.readline().split()]
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    parent.stdout.close()
    assert len(pids) == 3 and gone(pids, 15), port


def test_a_server_that_does_not_start_is_told_with_its_last_words(stand_in, tmp_path):
    (tmp_path / "stand_in.py").write_text("raise SystemExit('no such model')", encoding="utf-8")
    with pytest.raises(PeerError, match="stand-in did not start: no such model"), Running(stand_in):
        pass


def test_a_peer_that_answers_wrong_is_left_out_and_said(stand_in, monkeypatch, capsys):
    monkeypatch.setattr(benchmark, "_limit", lambda mlp, rng: 5000.0)
    results = benchmark.measure([stand_in], {}, 1, np.random.default_rng(1))
    assert "are not the scorer's" in results["left_out"]["stand-in (JSON)"]
    assert "is left out" in capsys.readouterr().err
    about = {"date": "2026-01-01", "machine": benchmark.machine(), "versions": {}}
    assert "Nothing was measured." in benchmark.report({**results, **about})


# What was recorded


@pytest.fixture(scope="module")
def recorded():
    return benchmark.load_results()


def test_the_record_names_date_versions_and_machine_and_nobodys_computer(recorded):
    assert datetime.date.fromisoformat(recorded["date"])
    assert recorded["machine"].keys() == benchmark.machine().keys()
    assert set(recorded["versions"]) == {p.name for p in PEERS if p.package}
    assert all(recorded["versions"].values())
    text = benchmark.RESULTS.read_text(encoding="utf-8")
    assert not ABSOLUTE_PATH.search(text)
    assert os.uname().nodename not in text if hasattr(os, "uname") else True


def test_the_record_holds_every_server_and_route_in_every_round(recorded):
    assert recorded["left_out"] == {}
    runs = pd.DataFrame(recorded["saturated"])
    wanted = {(p.name, route) for p in PEERS for route in p.routes}
    for _, one in runs.groupby("round"):
        assert set(zip(one["server"], one["route"], strict=True)) == wanted
    assert runs["round"].nunique() == recorded["rounds"]
    assert set(runs["clients"]) == set(benchmark.CLIENTS)


def test_the_recorded_numbers_can_be_what_they_say(recorded):
    made = table(recorded)
    assert len(made) == sum(len(p.routes) for p in PEERS)
    assert made["share"].between(0.01, 1.05).all()
    for rate in recorded["rates"][:2]:  # all were asked at these
        assert (made[f"p95 at {rate:g}"] >= made[f"p50 at {rate:g}"]).all()
    assert (made["processes"] >= 1).all() and (made["memory (MB)"] > 20).all()


def test_the_record_survives_a_round_trip_and_reads_as_a_report(recorded):
    assert json.loads(json.dumps(recorded)) == recorded
    report = benchmark.report(recorded)
    assert recorded["date"] in report and "mosec" in report


def test_every_peer_says_how_it_is_set_up():
    for peer in PEERS:
        assert peer.settings
        if peer.module:
            assert (ROOT / "labkit/riverton/peers" / f"{peer.module}.py").is_file()
    assert dataclasses.replace(PEERS[0]).name == servers.OURS
