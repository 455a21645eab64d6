"""The commands behind the door as their users meet them: `test` and `lab` as real processes."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import psutil
import pytest

from labkit import ROOT
from labkit.authoring import suite
from labkit.classroom import lab

posix = pytest.mark.skipif(os.name == "nt", reason="Windows sends no signal to a single process")


def wait_until(condition, seconds=30.0):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.05)
    return found


# test


@pytest.mark.parametrize(
    ("statuses", "expected", "word"),
    [([0, 0], 0, "All is well"), ([1, 0], 1, "Failed"), ([0, 1], 1, "Failed")],
)
def test_a_failure_in_either_run_is_a_failure(monkeypatch, capsys, statuses, expected, word):
    runs = iter(statuses)
    monkeypatch.setattr(suite, "_pytest", lambda arguments: next(runs))
    assert suite.main([]) == expected
    assert word in capsys.readouterr().out


@pytest.mark.parametrize(("status", "expected"), [(0, 0), (1, 1), (2, 2), (5, 0)])
def test_the_status_of_pytest_counts_but_for_no_tests_at_all(monkeypatch, status, expected):
    monkeypatch.setattr(suite, "PYTEST", [sys.executable, "-c", f"raise SystemExit({status})"])
    assert suite._pytest([]) == expected


@posix
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP", "SIGINT"])
def test_a_run_that_is_told_to_stop_takes_its_tests_with_it(name):
    call = (
        "import sys; from labkit import __main__ as command; from labkit.authoring import suite;"
        "suite.PYTEST = [sys.executable, '-c', 'import time; time.sleep(60)'];"
        "sys.exit(command.main(['test', '--fast']))"
    )
    with subprocess.Popen([sys.executable, "-c", call], stderr=subprocess.PIPE) as running:
        (child,) = wait_until(psutil.Process(running.pid).children)
        running.send_signal(getattr(signal, name))
        assert running.wait(30) == 130
    wait_until(lambda: not child.is_running())


# lab


@pytest.mark.parametrize("port", ["99999999", "-1"])
def test_a_port_that_is_none_is_one_line(monkeypatch, capsys, port):
    monkeypatch.setattr(lab, "hand_out", lambda: [])
    monkeypatch.setattr(lab, "write_start_page", lambda announced: ROOT / "README.md")
    assert lab.main(["--port", port]) == 1
    assert capsys.readouterr().out == f"There is no port {port}: ports go from 1 to 65535.\n"


def test_no_free_port_at_all_is_one_line(monkeypatch, capsys):
    monkeypatch.setattr(lab, "hand_out", lambda: [])
    monkeypatch.setattr(lab, "write_start_page", lambda announced: ROOT / "README.md")
    monkeypatch.setattr(lab, "_is_free", lambda port: False)
    assert lab.main([]) == 1
    assert "The ports 8888 to 8937 are in use" in capsys.readouterr().out


@posix
def test_the_lab_opens_for_who_has_the_address_alone_and_ends_with_its_kernels(tmp_path):
    """Another base_url in the reader's own settings must not lead the address astray."""
    settings = tmp_path / ".jupyter"
    settings.mkdir()
    (settings / "jupyter_server_config.py").write_text('c.ServerApp.base_url = "/other/"\n')
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    call = (
        "from labkit import ROOT; from labkit.classroom import lab;"
        f"lab.serve({port}, ROOT / 'chapters' / 'LEDGER.md', with_browser=False)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", call],
        env={**os.environ, "HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        try:
            address = re.search(r"http://\S+", running.stdout.readline())[0]
            page, _, token = address.partition("?token=")
            assert page == f"http://127.0.0.1:{port}/lab/tree/chapters/LEDGER.md"
            api = f"http://127.0.0.1:{port}/api"
            wait_until(lambda: _status(f"{api}/status?token={token}") == 200)
            assert _status(address) == 200
            assert _status(f"{api}/kernels") == 403
            assert _status(f"{api}/contents/chapters/LEDGER.md?content=0&token={token}") == 200
            listening = psutil.Process(running.pid).net_connections("tcp")
            assert {c.laddr.ip for c in listening if c.status == "LISTEN"} == {"127.0.0.1"}
            request = urllib.request.Request(f"{api}/kernels?token={token}", b"{}", method="POST")
            with urllib.request.urlopen(request, timeout=30) as reply:
                assert json.load(reply)["name"] == "python3"
            started = wait_until(psutil.Process(running.pid).children)
            running.send_signal(signal.SIGINT)
            assert running.wait(30) == 0
            wait_until(lambda: not any(process.is_running() for process in started))
        finally:
            running.kill()


def _status(address):
    try:
        with urllib.request.urlopen(address, timeout=30) as reply:
            return reply.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0
