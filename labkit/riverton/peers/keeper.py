"""Keeps a server of somebody else's: starts it, and ends it with all that it has started.

`python -m labkit.riverton.peers.keeper '{"command": [...], "env": {...}, "port": ...}'` says in one
line that the server listens. In `env`, {scratch} is a folder that goes when the server ends, and
{secret} a word that nobody else knows: made here, for the arguments of a process are no secret.

Ray, mosec, BentoML and LitServe all start processes of their own, and some go on when the one that
started them dies. So on Linux the keeper takes in every process below it whose parent has died, and
at its own end nothing below it is left. It ends when its standard input closes, as the course's own
servers do: also when its parent is killed.
"""

import contextlib
import ctypes
import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any

import psutil

from labkit.riverton.peers.ports import listens
from labkit.riverton.system import raise_file_limit

READY = "listens"
GRACE_S = 6.0
_PR_SET_CHILD_SUBREAPER = 36


def main(options: dict[str, Any]) -> int:
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # our parent decides, over standard input
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: None)
    adopt_orphans()
    raise_file_limit()
    with tempfile.TemporaryDirectory() as scratch:
        log = os.path.join(scratch, "log")  # noqa: PTH118
        words = {"{scratch}": scratch, "{secret}": secrets.token_hex(32)}
        env = {name: _filled(value, words) for name, value in options["env"].items()}
        with open(log, "wb") as output:  # noqa: PTH123
            server = subprocess.Popen(
                options["command"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=options["folder"],
                env={**os.environ, **env, "TMPDIR": scratch},
                start_new_session=True,
            )
        told = threading.Event()

        def wait_for_parent() -> None:
            os.read(0, 1)
            told.set()

        threading.Thread(target=wait_for_parent, daemon=True).start()
        try:
            ready = False
            while not told.wait(0.02):
                if server.poll() is not None:
                    print(_last_line(log), file=sys.stderr)
                    return 1
                if not ready and listens(options["port"]):
                    ready = True
                    print(READY, flush=True)
        finally:
            end(server)
    return 0


def _filled(value: str, words: dict[str, str]) -> str:
    for word, meant in words.items():
        value = value.replace(word, meant)
    return value


def adopt_orphans() -> None:
    """Become the parent of every descendant whose own parent dies. Only Linux can."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end(server: subprocess.Popen, grace_s: float = GRACE_S) -> None:
    """Ask the server to end, wait, then kill it and everything that is left of it."""
    # Noted before: where orphans cannot be taken in, they would be out of sight afterwards.
    family = psutil.Process().children(recursive=True)
    with contextlib.suppress(ProcessLookupError):
        server.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        server.wait(grace_s)
    until = time.monotonic() + grace_s
    while time.monotonic() < until:
        left = [p for p in {*family, *psutil.Process().children(recursive=True)} if _lives(p)]
        if not left:
            break
        for process in left:
            with contextlib.suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(left, timeout=0.5)
    server.wait()


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        if process.status() == psutil.STATUS_ZOMBIE:
            with contextlib.suppress(OSError):
                os.waitpid(process.pid, os.WNOHANG)
            return False
        return process.is_running()
    return False


def _last_line(path: str) -> str:
    with open(path, "rb") as file:  # noqa: PTH123
        lines = file.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "it said nothing"


if __name__ == "__main__":
    sys.exit(main(json.loads(sys.argv[1])))
