"""When to start a batch. Nothing here knows of clocks or threads."""

import math
from dataclasses import dataclass
from typing import Literal

PolicyName = Literal["off", "greedy", "window", "full"]
POLICY_NAMES: tuple[PolicyName, ...] = ("off", "greedy", "window", "full")


@dataclass(frozen=True)
class Policy:
    """How many requests make a batch at most, and how long the oldest waits for company.

    off     one request at a time, at once
    greedy  whatever waits when the model is free, at once
    window  up to `max_batch`, but the oldest waits `patience_s` at most
    full    exactly `max_batch`, however long that takes (at low load: for ever)
    """

    max_batch: int
    patience_s: float

    def ready_at(self, waiting: int, oldest: float) -> float:
        """Return the time from which a batch may start, if nobody else arrives until then.

        `waiting` (at least 1) requests wait, the oldest of them since `oldest`, in seconds on any
        clock. A result that has passed means now, infinity means never.
        """
        return oldest if waiting >= self.max_batch else oldest + self.patience_s


def make_policy(name: PolicyName, *, max_batch: int = 32, window_ms: float = 20.0) -> Policy:
    """Return the policy called `name`. "off" ignores `max_batch`; only "window" uses `window_ms`.

    Raises ValueError for an unknown name, `max_batch` below 1 or a `window_ms` that is negative
    or not finite.
    """
    if max_batch < 1:
        raise ValueError(f"max_batch is {max_batch}; a batch holds at least 1 request")
    if not 0 <= window_ms < math.inf:
        raise ValueError(f"window_ms is {window_ms}; it must be a finite time of 0 or more")
    policies = {
        "off": Policy(1, 0.0),
        "greedy": Policy(max_batch, 0.0),
        "window": Policy(max_batch, window_ms / 1e3),
        "full": Policy(max_batch, math.inf),
    }
    if name not in policies:
        raise ValueError(f"there is no policy {name!r}; choose one of {', '.join(policies)}")
    return policies[name]
