"""A handle on a server that runs as a process of its own."""

import json
import urllib.error
import urllib.request
from types import TracebackType
from typing import Any, Self

from labkit.riverton.child import Child, ChildError


class ServerError(RuntimeError):
    """The server did not start, did not answer, or refused a setting."""


class LocalServer:
    """A server on this machine, with `with` or with `start()` and `stop()`.

    Its module takes `options` as JSON and calls `labkit.riverton.serving.serve`. The process ends
    with this one, whatever ends it.
    """

    def __init__(self, module: str, called: str, options: dict[str, Any]) -> None:
        self._module = module
        self._called = called
        self._options = options
        self._child: Child | None = None
        self.port = 0

    def start(self, timeout_s: float = 60.0) -> Self:
        """Start the server and wait until it is ready. Raises ServerError with its last words."""
        if self._child is not None:
            raise ServerError(f"this server runs already, at {self.url}")
        child = Child(self._module, json.dumps(self._options))
        try:
            self.port = int(child.first_line(timeout_s))
        except BaseException as error:
            child.end()
            if isinstance(error, ChildError):
                raise ServerError(f"{self._called} did not start: {error}") from None
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

    def kill(self) -> None:
        """End the server at once, as a machine does that fails: nobody is answered, nothing noted.

        Nothing happens where it is not running.
        """
        child, self._child = self._child, None
        if child is not None:
            child.kill()

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
    def runs(self) -> bool:
        """Whether it was started and neither stopped nor killed since."""
        return self._child is not None

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

    def fault(self, /, **changes: Any) -> dict[str, Any]:
        """Switch faults on or off; return those that there are and how they stand."""
        return self._ask("POST", "/faults", changes)

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
