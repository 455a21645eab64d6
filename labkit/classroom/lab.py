"""`python3 course.py lab`: hand out lessons and exercises, and open JupyterLab on them."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
from pathlib import Path

from labkit import ROOT
from labkit.classroom.copies import hand_out
from labkit.classroom.start_page import write_start_page

FIRST_PORT, PORTS_TRIED = 8888, 50
SETTINGS = Path(__file__).parent / "jupyterlab"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="course.py lab", description=__doc__)
    parser.add_argument("--no-browser", action="store_true", help="print the address only")
    parser.add_argument("--port", type=int, help=f"default: the first free one from {FIRST_PORT}")
    options = parser.parse_args(arguments)
    announced = hand_out()
    start_page = write_start_page(announced=tuple(announced))
    print("\n".join(announced), end="\n" if announced else "")
    if options.port is not None and not 0 < options.port < 65_536:
        print(f"There is no port {options.port}: ports go from 1 to 65535.")
        return 1
    port = free_port(options.port)
    if port is None and options.port:
        print(f"Port {options.port} is in use; name another with --port, or none.")
        return 1
    if port is None:
        last = FIRST_PORT + PORTS_TRIED - 1
        print(f"The ports {FIRST_PORT} to {last} are in use; name another with --port.")
        return 1
    if port != (options.port or FIRST_PORT):
        print(f"Port {FIRST_PORT} is in use, perhaps by the course itself; taking {port}.")
    serve(port, start_page, with_browser=not options.no_browser and has_display())
    return 0


def free_port(wanted: int | None) -> int | None:
    """The wanted port, or else the first free one; None where there is none."""
    candidates = [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED)
    return next((port for port in candidates if _is_free(port)), None)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        if os.name == "posix":
            # As the server itself does, so that a port closed a moment ago counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def has_display(platform: str = sys.platform) -> bool:
    """Whether a browser window can open here."""
    if platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def serve(port: int, start_page: Path, *, with_browser: bool) -> None:
    """Run JupyterLab in this process, on loopback, until it is told to stop."""
    # The course's own: what a reader has set for other servers, such as another base_url, would
    # lead the address that is printed astray. Jupyter reads this when it is imported.
    os.environ["JUPYTER_CONFIG_DIR"] = str(ROOT / ".cache" / "jupyter")
    from jupyterlab.labapp import LabApp

    page = f"/lab/tree/{start_page.relative_to(ROOT).as_posix()}"
    os.environ["JUPYTER_TOKEN"] = token = secrets.token_hex(16)
    print(f"The course is open at http://127.0.0.1:{port}{page}?token={token}")
    print("Your own copies of lessons and exercises are in work/. Stop with Ctrl-C.", flush=True)
    LabApp.launch_instance(
        [
            f"--config={SETTINGS / 'jupyter_server_config.py'}",
            f"--ServerApp.root_dir={ROOT}",
            f"--ServerApp.port={port}",
            f"--ServerApp.open_browser={with_browser}",
            f"--LabApp.default_url={page}",
        ]
    )
