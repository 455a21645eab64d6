"""The service as its clients see it: real processes on loopback."""

import asyncio
import http.client
import json
import math
import os
import signal
import socket
import subprocess
import sys
import threading
import time

import numpy as np
import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from labkit import ROOT
from labkit.riverton.scorers import digits
from labkit.riverton.server import ScoringServer, ServerError
from labkit.riverton.service import MAX_BODY_BYTES, ScoringService, ServiceConfig

ROW = digits().X_test[0]
LABEL = int(digits().y_test[0])


@pytest.fixture(scope="module")
def server():
    with ScoringServer("row_by_row") as server:  # the one that starts fastest
        yield server


@pytest.fixture(autouse=True)
def _as_before(request):
    if "server" in request.fixturenames:
        server = request.getfixturevalue("server")
        server.configure(policy="greedy", max_batch=32, window_ms=20, max_queue=1024)
        server.reset_stats()


def ask(server, method="POST", path="/predict", body=None, kind="application/json"):
    """Return status, headers and decoded JSON."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    try:
        connection.request(method, path, body, {"content-type": kind})
        response = connection.getresponse()
        return response.status, response.headers, json.loads(response.read())
    finally:
        connection.close()


def features(row=ROW, **changes):
    values = [float(x) for x in row]
    for index, value in changes.items():
        values[int(index[1:])] = value
    return json.dumps({"features": values}).encode()


def wait_until(condition, seconds=20.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_json_and_binary_get_the_same_answer(server):
    as_json = ask(server, body=features())
    as_binary = ask(server, body=ROW.tobytes(), kind="application/octet-stream")
    for status, headers, answer in (as_json, as_binary):
        assert (status, headers["content-type"]) == (200, "application/json")
        assert (answer["label"], answer["batch"]) == (LABEL, 1)
        assert answer["queue_ms"] >= 0
        assert answer["model_ms"] > 0


MALFORMED = {
    "empty": (b"", "not JSON"),
    "no JSON": (b"features=1", "not JSON"),
    "cut short": (features()[:-1], "not JSON"),
    "not UTF-8": (b'{"features": ["\xff"]}', "not JSON"),
    "nested too deep": (b"[" * 10_000, "not JSON"),
    "a list": (b"[1, 2]", "expected an object"),
    "another key": (b'{"feature": [1]}', "expected an object"),
    "a string for the list": (b'{"features": "1"}', "expected an object"),
    "63 numbers": (json.dumps({"features": [0.0] * 63}).encode(), "got 63"),
    "65 numbers": (json.dumps({"features": [0.0] * 65}).encode(), "got 65"),
    "a string": (features(_3="1.0"), "got str"),
    "a bool": (features(_3=True), "got bool"),
    "null": (features(_3=None), "got NoneType"),
    "a list inside": (features(_3=[1.0]), "got list"),
    "NaN": (features(_3=float("nan")), "finite"),
    "infinity": (features(_3=float("inf")), "finite"),
    "too large for float32": (features(_3=1e39), "finite"),
    "too large for a float": (features(_3=10**400), "finite"),
    "too many digits": (features().replace(b"0.0", b"1" * 5000, 1), "not JSON"),
    "too large a body": (b" " * (MAX_BODY_BYTES + 1), "larger than"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_malformed_json_gets_a_422_that_says_why_and_never_reaches_the_model(server, kind):
    body, reason = MALFORMED[kind]
    status, _, answer = ask(server, body=body)
    assert status == 422
    assert reason in answer["error"]
    stats = server.stats()
    assert (stats["batches"], stats["responses"]) == ([], {"422": 1})


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (ROW.tobytes()[:-4], "got 252 bytes"),
        (ROW.astype(np.float64).tobytes(), "got 512 bytes"),
        (ROW.astype(np.float16).tobytes(), "got 128 bytes"),
        (np.full(64, np.nan, dtype=np.float32).tobytes(), "finite"),
        (np.full(64, -np.inf, dtype=np.float32).tobytes(), "finite"),
        (b"", "got 0 bytes"),
    ],
)
def test_malformed_binary_gets_a_422_too(server, body, reason):
    status, _, answer = ask(server, body=body, kind="application/octet-stream")
    assert status == 422
    assert reason in answer["error"]
    assert server.stats()["batches"] == []


def test_a_connection_goes_on_after_a_refused_request(server):
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    statuses = []
    for body in (b"?", b" " * (4 * MAX_BODY_BYTES), features()):
        connection.request("POST", "/predict", body)
        response = connection.getresponse()
        response.read()
        statuses.append(response.status)
    connection.close()
    assert statuses == [422, 422, 200]


def test_other_routes_and_methods_get_json_errors(server):
    assert ask(server, "GET", "/nothing")[::2] == (404, {"error": "Not Found: GET /nothing"})
    assert ask(server, "GET", "/predict")[0] == 405


def test_settings_change_without_a_restart(server):
    assert ask(server, "GET", "/config")[2]["policy"] == "greedy"
    changed = server.configure(policy="window", window_ms=1)
    settings = {"policy": "window", "max_batch": 32, "window_ms": 1, "max_queue": 1024}
    assert changed == settings | {"cache": 0}
    assert ask(server, "GET", "/config")[2] == changed


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"policy": "wait"}, "'wait'; choose one of off, greedy, window, full"),
        ({"max_batch": 0}, "max_batch is 0"),
        ({"max_batch": True}, "max_batch is True"),
        ({"max_batch": 2.5}, "max_batch is 2.5"),
        ({"window_ms": -1}, "window_ms is -1"),
        ({"window_ms": "9"}, "window_ms is '9'"),
        ({"max_queue": None}, "max_queue is None"),
        ({"colour": "red"}, "no setting 'colour'"),
        ({"self": 1}, "no setting 'self'"),
        ({"window_ms": 10**400}, "it must be a time from 0 to 60000"),
        ({"window_ms": math.nan}, "window_ms is nan"),
        ({"policy": "full", "max_batch": 8, "max_queue": 2}, "would never be full"),
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_and_changes_nothing(server, settings, reason):
    before = ask(server, "GET", "/config")[2]
    with pytest.raises(ServerError, match=reason):
        server.configure(**{"policy": "off", **settings})
    assert ask(server, "GET", "/config")[2] == before


@pytest.mark.parametrize("body", [b"[1]", b"?", b"null", b"[" * 10_000, b'"off"'])
def test_settings_that_are_no_object_are_refused(server, body):
    assert ask(server, path="/config", body=body)[0] == 422
    assert ask(server, "GET", "/config")[2]["policy"] == "greedy"


def test_a_full_queue_answers_503_at_once_and_keeps_its_promises(server):
    server.configure(policy="window", max_batch=8, window_ms=30_000, max_queue=2)
    answers = []
    clients = [
        threading.Thread(target=lambda: answers.append(ask(server, body=features())))
        for _ in range(2)
    ]
    for client in clients:
        client.start()
    wait_until(lambda: server.stats()["queue_depth"] == 2)
    with pytest.raises(ServerError, match="2 requests wait after"):
        server.wait_idle(timeout_s=0.05)
    status, headers, answer = ask(server, body=features())
    assert (status, headers["retry-after"]) == (503, "1")
    assert answer["error"] == "2 requests wait already"
    server.configure(policy="greedy")
    server.wait_idle()
    for client in clients:
        client.join(20)
    assert [(status, answer["batch"]) for status, _, answer in answers] == [(200, 2)] * 2
    assert server.stats()["responses"] == {"200": 2, "503": 1}


def scrape(server):
    """What Prometheus reads off /metrics: value by name and label."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    connection.request("GET", "/metrics")
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    assert response.headers["content-type"].startswith("text/plain; version=")
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_metrics_are_what_prometheus_reads(server):
    server.predict(ROW)
    ask(server, body=b"?")
    server.configure(policy="full", max_batch=3)
    clients = [threading.Thread(target=ask, args=[server], kwargs={"body": features()})] * 1
    clients += [threading.Thread(target=server.predict, args=[ROW])]
    for client in clients:
        client.start()
    wait_until(lambda: server.stats()["queue_depth"] == 2)
    assert scrape(server)["riverton_queue_depth",] == 2
    server.predict(ROW)
    for client in clients:
        client.join(20)
    seen = scrape(server)
    assert seen["riverton_responses_total", "200"] == 4
    assert seen["riverton_responses_total", "422"] == 1
    assert seen["riverton_queue_depth",] == 0
    buckets = [seen["riverton_batch_size_bucket", le] for le in ("1.0", "2.0", "4.0", "+Inf")]
    assert buckets == [1, 1, 2, 2]
    assert seen["riverton_batch_size_sum",] == 4
    told = sum(row["batches"] * row["model_ms"] for row in server.stats()["batches"])
    assert seen["riverton_model_seconds_total",] == pytest.approx(told / 1e3)


def test_times_are_told_in_ms_and_add_up(server):
    server.configure(policy="window", window_ms=50)
    start = time.perf_counter()
    answer = server.predict(ROW)
    took_ms = 1e3 * (time.perf_counter() - start)
    assert 49 <= answer["queue_ms"] <= took_ms
    assert answer["queue_ms"] + answer["model_ms"] <= took_ms
    (row,) = server.stats()["batches"]
    assert answer["model_ms"] == pytest.approx(row["model_ms"], abs=1e-3)
    assert row["model_ms"] <= row["cycle_ms"]


def test_a_client_that_hangs_up_half_way_harms_nobody(server):
    with socket.create_connection(("127.0.0.1", server.port)) as half:
        half.sendall(b"POST /predict HTTP/1.1\r\nhost: x\r\ncontent-length: 99\r\n\r\n{")
    assert server.predict(ROW)["label"] == LABEL
    assert server.stats()["responses"] == {"200": 1}


def test_a_failing_scorer_is_a_500_for_its_request_only():
    """In this process, since no real scorer fails: the ASGI application is called by hand."""

    class Moody:
        name, n_features = "moody", 2

        def __call__(self, X):
            if X[0, 0] == 13:
                raise RuntimeError("unlucky")
            return X[:, 0].astype(np.int64)

    async def post(app, body):
        sent = []

        async def receive():
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message):
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/predict", "headers": []}
        await app({**scope, "query_string": b"", "server": ("127.0.0.1", 1)}, receive, send)
        return sent[0]["status"], json.loads(sent[1]["body"])

    async def main():
        service = ScoringService(Moody(), ServiceConfig())
        async with service.app.router.lifespan_context(service.app):
            return [await post(service.app, b'{"features": [%d, 0]}' % first) for first in (13, 7)]

    bad, good = asyncio.run(main())
    assert bad == (500, {"error": "RuntimeError: unlucky"})
    assert (good[0], good[1]["label"]) == (200, 7)


def test_stop_answers_those_who_wait_and_exits_cleanly():
    with ScoringServer("row_by_row", policy="full", max_batch=8) as server:
        answers = []
        client = threading.Thread(target=lambda: answers.append(ask(server, body=features())))
        client.start()
        wait_until(lambda: server.stats()["queue_depth"] == 1)
        assert server.stop() == 0
        client.join(20)
    assert [(status, answer["label"]) for status, _, answer in answers] == [(200, LABEL)]
    with pytest.raises(ServerError, match="does not run"):
        server.pid  # noqa: B018


def test_two_servers_run_beside_each_other_and_stop_twice():
    with ScoringServer("row_by_row") as one, ScoringServer("row_by_row", policy="off") as other:
        assert one.port != other.port
        assert one.stop() == 0
        assert one.stop() is None
        assert other.predict(ROW)["label"] == LABEL


@pytest.mark.skipif(os.name == "nt", reason="fork")
def test_a_process_forked_from_ours_does_not_keep_the_server_alive():
    with ScoringServer("row_by_row") as server:
        sibling = os.fork()
        if not sibling:
            time.sleep(60)
            os._exit(0)
        try:
            start = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - start < 5
        finally:
            os.kill(sibling, signal.SIGKILL)
            os.waitpid(sibling, 0)


@pytest.mark.skipif(os.name == "nt", reason="Windows sends no signal to a single process")
@pytest.mark.parametrize("stopped_by", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_is_a_clean_shutdown(stopped_by):
    with ScoringServer("row_by_row") as server:
        process = psutil.Process(server.pid)
        os.kill(server.pid, stopped_by)
        wait_until(lambda: process.status() == psutil.STATUS_ZOMBIE)
        assert server.stop() == 0


@pytest.mark.skipif(os.name == "nt", reason="process groups")
def test_an_interrupt_of_our_process_group_does_not_reach_the_server():
    with ScoringServer("row_by_row") as server:
        assert os.getpgid(server.pid) != os.getpgid(0)


def test_a_suspended_server_can_be_stopped():
    server = ScoringServer("row_by_row").start()
    server.suspend()
    assert server.stop() == 0


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_no_orphan_when_the_parent_is_killed():
    script = (
        "from labkit.riverton.server import ScoringServer\n"
        "import time\n"
        "server = ScoringServer('row_by_row').start()\n"
        "print(server.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with parent:
        child = int(parent.stdout.readline())
        assert psutil.pid_exists(child)
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: not psutil.pid_exists(child) or _is_zombie(child))


def _is_zombie(pid):
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"scorer": "none"}, "there is no scorer 'none'"),
        ({"max_batch": 0}, "max_batch is 0"),
        ({"colour": "red"}, "there is no setting 'colour'"),
    ],
)
def test_a_server_that_cannot_start_says_why_in_one_line(options, reason):
    server = ScoringServer(**options)
    with pytest.raises(ServerError, match=reason) as caught:
        server.start()
    assert "\n" not in str(caught.value)
    with pytest.raises(ServerError, match="does not run"):
        server.pid  # noqa: B018


def test_a_server_that_takes_too_long_is_not_left_behind():
    before = {child.pid for child in psutil.Process().children()}
    with pytest.raises(ServerError, match=r"not ready after 0\.01 s"):
        ScoringServer("row_by_row").start(timeout_s=0.01)
    assert {child.pid for child in psutil.Process().children()} == before


def test_a_handle_works_under_a_running_event_loop():
    async def cell():
        with ScoringServer("row_by_row") as server:
            return server.predict(ROW)["label"]

    assert asyncio.run(cell()) == LABEL
