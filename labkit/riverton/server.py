"""A handle on a scoring server that runs as a process of its own."""

import time
from typing import Any

from labkit.riverton.local_server import LocalServer, ServerError

__all__ = ["ScoringServer", "ServerError"]


class ScoringServer(LocalServer):
    """A scoring server on this machine, with `with` or with `start()` and `stop()`.

        with ScoringServer("mlp", policy="greedy", max_batch=32) as server:
            server.configure(policy="window", window_ms=20)

    `scorer` is "mlp", "trees" or "row_by_row"; the settings (policy, max_batch, window_ms,
    max_queue, cache) are those of `labkit.riverton.service.ServiceConfig`. The process ends with
    this one, whatever ends it. It starts in under a second, but the first use of a scorer fits it,
    which takes some more.

    With `log`, the arguments of `labkit.riverton.service_log.ServiceLog`, it writes a log, asks
    the bureau at port `bureau` if there is one, and can be given `faults`. `port` 0 is a free one.
    """

    def __init__(self, scorer: str = "mlp", **settings: Any) -> None:
        super().__init__(
            "labkit.riverton.server_process",
            "the scoring server",
            {"scorer": scorer, **settings},
        )

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
