"""What became of the requests of a load."""

import json
import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from labkit.riverton.load_client import Job, Outcome

_TOLD = ("label", "batch", "queue_ms", "model_ms")  # by the server, in its reply


@dataclass(frozen=True)
class LoadResult:
    """What became of every request.

    `frame` has a row for each, in the order of sending: `intended_s`, `sent_s`, `done_s` (seconds
    from the start), `latency_ms` (from `intended_s` to `done_s`), `status` (HTTP; 0: no reply),
    `label`, `batch` (the size of the batch it was served in), `queue_ms` and `model_ms` (as the
    server tells), and `calls` (2 where it was hedged). What is not known is NaN.
    `during` has what was called in the meantime: pairs of the time (s) and the value returned.
    """

    frame: pd.DataFrame
    during: list[tuple[float, object]]

    @property
    def ok(self) -> int:
        """Requests answered with status 200."""
        return int((self.frame["status"] == 200).sum())

    @property
    def refused(self) -> int:
        """Requests answered with status 503, because the queue was full."""
        return int((self.frame["status"] == 503).sum())

    @property
    def unfinished(self) -> int:
        """Requests without a reply when the run ended."""
        return int((self.frame["status"] == 0).sum())

    @property
    def errors(self) -> int:
        """Requests not answered with status 200, the refused and the unfinished among them."""
        return len(self.frame) - self.ok

    @property
    def served_ms(self) -> np.ndarray:
        """Latency of every request in ms, infinite for those that got no label."""
        return self.frame["latency_ms"].where(self.frame["status"] == 200, math.inf).to_numpy()

    def percentile(self, q: float) -> float:
        """Return the latency (ms) within which q % of all requests got their label.

        Requests that got none count as slower than all others, so the answer is infinite if more
        than 100 - q % of them did not. Always a latency that was measured (the nearest rank).
        """
        if not 0 < q <= 100:
            raise ValueError(f"q is {q}; a percentile lies above 0 and at most at 100")
        if self.frame.empty:
            return math.nan
        rank = math.ceil(round(q * len(self.frame) / 100, 6))  # rounded: 7.000000001 means 7
        return float(np.sort(self.served_ms)[max(1, rank) - 1])

    def goodput(self, within_ms: float) -> float:
        """Return the share of all requests that got their label within `within_ms`."""
        return float((self.served_ms <= within_ms).mean()) if len(self.frame) else math.nan

    @property
    def throughput(self) -> float:
        """Labels per second, from the first request to the last label."""
        served = self.frame[self.frame["status"] == 200]
        if served.empty:
            return 0.0
        return len(served) / (served["done_s"].max() - self.frame["intended_s"].min())

    @property
    def send_lag(self) -> pd.Series:
        """How much later (ms) than intended each request was sent: the generator's own error, or,
        where very many are under way, the wait for a connection."""
        return 1e3 * (self.frame["sent_s"] - self.frame["intended_s"])


def make_result(job: Job, outcome: Outcome, during: list[tuple[float, object]]) -> LoadResult:
    """Put together what was intended and what happened."""
    sent_s = np.array(outcome.sent_s, dtype=float)
    intended_s = sent_s if job.clients else np.array(job.schedule, dtype=float)
    done_s = np.array(outcome.done_s, dtype=float)
    columns = {
        "intended_s": intended_s,
        "sent_s": sent_s,
        "done_s": done_s,
        "latency_ms": 1e3 * (done_s - intended_s),
        "status": np.array(outcome.status, dtype=np.int64),
    }
    told = [_told(body) for body in outcome.body]
    columns |= {key: np.array([t.get(key, math.nan) for t in told], dtype=float) for key in _TOLD}
    columns["calls"] = np.array(outcome.calls, dtype=np.int64)
    return LoadResult(pd.DataFrame(columns), during)


def _told(body: bytes) -> dict[str, float]:
    try:
        reply = json.loads(body)
    except ValueError:
        return {}
    if isinstance(reply, list) and len(reply) == 1:
        reply = reply[0]  # a server that takes lists of rows answers with lists
    if not isinstance(reply, dict):
        return {}
    return {key: value for key, value in reply.items() if isinstance(value, int | float)}
