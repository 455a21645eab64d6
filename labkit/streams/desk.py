"""The desk that wants to hear of every change: an HTTP service in a process of its own.

`python -m labkit.streams.desk` serves on a free loopback port and says which in one line.
`POST /changes` takes one change as JSON; `GET /changes` gives back all that it has heard.
"""

from __future__ import annotations

import http.client
import json
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

TIMEOUT_S = 5.0
REFUSED_S = 0.3
"""Windows takes two seconds to say that nobody listens."""


class Handler(BaseHTTPRequestHandler):
    """One connection after the other; the caller keeps its connection open."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # head and body in one packet: in two, the second waits for an acknowledgement
    heard: list[Any] = []  # noqa: RUF012 - one desk a process

    def do_POST(self) -> None:
        self.heard.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self._answer(b"{}")

    def do_GET(self) -> None:
        self._answer(json.dumps(self.heard).encode())

    def _answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Stay silent."""


class Desk:
    """The service's process, which can be stopped and started, and its callers' side."""

    def __init__(self) -> None:
        self._child = self._connection = None
        self._before: list[Any] = []
        self.start()

    def start(self) -> None:
        """Start a process, if there is none."""
        from labkit.riverton.child import Child

        if self._child is None:
            self._child = Child("labkit.streams.desk")
            self._port = int(self._child.first_line(20.0))

    def stop(self) -> None:
        """Kill the process, if there is one; what it has heard is kept here."""
        if self._child is not None:
            self._before = self.heard()
            self._hang_up()
            self._child.end()
            self._child = None

    def call(self, change: Any) -> None:
        """Tell the desk of one change. Raises OSError where nobody listens."""
        self._ask("POST", json.dumps(change))

    def heard(self) -> list[Any]:
        """Return all changes that the desk has heard, in all its lives."""
        if self._child is None:
            return self._before
        return self._before + json.loads(self._ask("GET", None))

    def _ask(self, method: str, body: str | None) -> bytes:
        timeout = REFUSED_S if self._child is None else TIMEOUT_S
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=timeout)
        try:
            self._connection.request(method, "/changes", body)
            return self._connection.getresponse().read()
        except OSError:
            self._hang_up()
            raise

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def main() -> None:
    from labkit.riverton.system import exit_with_parent

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        exit_with_parent()
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
