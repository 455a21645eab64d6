"""How fast this machine serves, and whether it is calm enough to be measured on.

A laptop and a shared server differ by a factor of ten, so the lessons ask for rates as shares of
what the machine at hand can do, and this module says what that is.
"""

import math
import subprocess
import sys
from dataclasses import dataclass

from labkit.riverton.load import run_closed
from labkit.riverton.server import ScoringServer
from labkit.riverton.system import child_options

BATCH = 32
LEAST_SHARE = 0.45
"""Of two processors' time. Two busy programs beside ours leave half or more."""
MOST_UNSTEADY = 2.0
"""Times that one pass may differ from the other."""

_SPIN_S = 0.3
_SPIN = f"""
import time
start = time.perf_counter()
while time.perf_counter() < start + {_SPIN_S}:
    pass
print(time.process_time() / (time.perf_counter() - start))
"""


@dataclass(frozen=True)
class Calibration:
    """What a server answers on this machine, and how much of the machine there was for it."""

    unbatched: float
    """Queries per second, one at a time, with a server that is never idle."""
    batched: float
    """Queries per second in batches of up to 32, as many as wait."""
    share: float
    """0 to 1: of two processors' time, how much two busy processes got."""
    unsteady: float
    """At least 1: how many times faster the better of two passes was."""

    @property
    def between(self) -> float:
        """A rate (per second) too high for one at a time and low for batches: the geometric mean
        of the two capacities."""
        return math.sqrt(self.unbatched * self.batched)

    @property
    def can_measure(self) -> tuple[bool, str]:
        """Whether a clock tells anything here, and why not: what `claim(needs=...)` takes."""
        if self.share < LEAST_SHARE:
            return False, "other programs take most of its processors' time."
        if self.unsteady > MOST_UNSTEADY:
            return False, "its speed changes too much from one moment to the next."
        return True, ""

    def __str__(self) -> str:
        calm, reason = self.can_measure
        lines = [
            f"One at a time: {self.unbatched:,.0f} queries per second.",
            f"In batches of up to {BATCH}: {self.batched:,.0f} per second.",
            f"Two busy programs got {self.share:.0%} of two processors, and the better of two"
            f" passes was {self.unsteady:.2f} times as fast as the other.",
            "Calm enough to measure on."
            if calm
            else f"Too noisy to measure on: {reason} What rests on the clock is shown below and not"
            " asserted. Go by the simulation, which needs no clock, or come back later.",
        ]
        return "\n".join(lines)


def calibrate(server: ScoringServer, *, seconds: float = 0.4) -> Calibration:
    """Measure the two capacities of a running server, twice in turns, and the machine's calm.

    Each pass keeps the server busy for `seconds` with twice as many clients as a batch holds. The
    better pass counts: what disturbs a server never makes it faster. The server is left idle, with
    the policy "greedy" and batches of up to 32.
    """
    share = share_of_two_processors()
    passes: dict[int, list[float]] = {1: [], BATCH: []}
    for _ in range(2):
        for batch, rates in passes.items():
            server.configure(policy="greedy", max_batch=batch)
            load = run_closed(server, clients=2 * batch, seconds=seconds)
            rates.append(max(load.throughput, 1.0))
            server.wait_idle()
    unsteady = max(max(rates) / min(rates) for rates in passes.values())
    return Calibration(max(passes[1]), max(passes[BATCH]), share, unsteady)


def share_of_two_processors() -> float:
    """Let two processes spin at once; return their processor time over their time (0 to 1)."""
    spinning = [
        subprocess.Popen(
            [sys.executable, "-S", "-c", _SPIN], stdout=subprocess.PIPE, text=True,
            **child_options(),
        )
        for _ in range(2)
    ]  # fmt: skip
    shares = [float(process.communicate(timeout=60)[0]) for process in spinning]
    return min(1.0, sum(shares) / len(shares))
