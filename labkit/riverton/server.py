"""A handle on a scoring server that runs as a process of its own."""

import json
import time
import urllib.error
import urllib.request
from types import TracebackType
from typing import Any, Self

from labkit.riverton.child import Child, ChildError


class ServerError(RuntimeError):
    """The server did not start, did not answer, or refused a setting."""


class ScoringServer:
    """A scoring server on this machine, with `with` or with `start()` and `stop()`.

        with ScoringServer("mlp", policy="greedy", max_batch=32) as server:
            server.configure(policy="window", window_ms=20)

    `scorer` is "mlp", "trees" or "row_by_row"; the settings (policy, max_batch, window_ms,
    max_queue) are those of `labkit.riverton.service.ServiceConfig`. The process ends with this
    one, whatever ends it.
    """

    def __init__(self, scorer: str = "mlp", **settings: Any) -> None:
        self._options = {"scorer": scorer, **settings}
        self._child: Child | None = None
        self.port = 0

    def start(self, timeout_s: float = 60.0) -> Self:
        """Start the server and wait until it is ready. Raises ServerError with its last words.

        It takes under a second, but the first use of a scorer fits it, which takes some more.
        """
        if self._child is not None:
            raise ServerError(f"this server runs already, at {self.url}")
        child = Child("labkit.riverton.server_process", json.dumps(self._options))
        try:
            self.port = int(child.first_line(timeout_s))
        except BaseException as error:
            child.end()
            if isinstance(error, ChildError):
                raise ServerError(f"the scoring server did not start: {error}") from None
            raise
        self._child = child
        return self

    def stop(self, timeout_s: float = 10.0) -> int | None:
        """Let the server answer those who wait, and end; return its exit status, 0 if all is well.

        None means that it was not running. It gives itself five seconds; one that is not gone
        after `timeout_s` is killed.
        """
        child, self._child = self._child, None
        return None if child is None else child.end(timeout_s)

    def __enter__(self) -> Self:
        return self if self._child else self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def _running(self) -> Child:
        if self._child is None:
            raise ServerError("this server does not run; use `with`, or call start()")
        return self._child

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        return self._running.pid

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def suspend(self) -> None:
        """Stop the server in its tracks: a stall, until `resume`."""
        self._running.suspend()

    def resume(self) -> None:
        """Let a suspended server go on."""
        self._running.resume()

    def configure(self, /, **settings: Any) -> dict[str, Any]:
        """Change settings without a restart; return all of them."""
        return self._ask("POST", "/config", settings)

    def stats(self) -> dict[str, Any]:
        """Return what the service counted: responses by status, queue depth, batches by size."""
        return self._ask("GET", "/stats")

    def reset_stats(self) -> None:
        """Start counting anew."""
        self._ask("DELETE", "/stats")

    def wait_idle(self, timeout_s: float = 30.0) -> None:
        """Wait until no request waits or is served: an overload outlives the load that caused it.

        Raises ServerError if there still is one after `timeout_s` ("full" may keep some for ever).
        """
        end = time.monotonic() + timeout_s
        while (stats := self.stats())["queue_depth"] + stats["in_service"]:
            if time.monotonic() > end:
                raise ServerError(f"{stats['queue_depth']} requests wait after {timeout_s:g} s")
            time.sleep(0.02)

    def predict(self, features: Any) -> dict[str, Any]:
        """Score one row of 64 numbers; return the label, the batch size and the times in ms."""
        return self._ask("POST", "/predict", {"features": [float(x) for x in features]})

    def _ask(self, method: str, path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, method=method)
        request.add_header("content-type", "application/json")
        # No proxy that the environment names has a say in what goes over loopback.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=30) as response:
                text = response.read()
        except urllib.error.HTTPError as error:
            with error:
                reason = _reason(error.read()) or error.reason
            raise ServerError(f"{method} {path}: {error.code}, {reason}") from None
        except OSError as error:
            raise ServerError(f"no answer from {self.url}: {error}") from None
        return json.loads(text) if text else None


def _reason(body: bytes) -> str:
    """The service's own words for a refusal; empty where it has none."""
    try:
        return json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return ""
