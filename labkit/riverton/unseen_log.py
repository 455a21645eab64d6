"""A log that its reader has not seen: two or three incidents, drawn from the reader's own seed."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np

from labkit.riverton.log_simulator import Log, simulate

KINDS = ("memory_leak", "slow_dependency", "bad_deploy", "retry_storm", "silent_job")
"""What may have broken."""
ALWAYS = ("tidal_load", "late_lines", "broken_lines")
"""What every such log has: a tide, lines that come late and lines that cannot be read."""
LINES = 100_000


def unseen(seed: int, kinds: Iterable[str] | None = None) -> Log:
    """Simulate three days in 100,000 lines with incidents of those kinds, or with two or three.

    seed: a whole number, 0 or more; it draws which of KINDS, where, when and how large.
    Raises ValueError for a seed below 0 or a kind that is not known.
    """
    if seed < 0:
        raise ValueError(f"the seed is {seed}; expected a whole number, 0 or more")
    if kinds is None:
        rng = np.random.default_rng([seed, 77])
        kinds = rng.choice(KINDS, size=int(rng.integers(2, 4)), replace=False).tolist()
    return _simulated(seed, tuple(kinds))


@lru_cache(maxsize=12)  # the checks ask for the same logs again and again
def _simulated(seed: int, kinds: tuple[str, ...]) -> Log:
    return simulate(LINES, seed, (*kinds, *ALWAYS))


@lru_cache(maxsize=1)
def _written(seed: int) -> bytes:
    return b"".join(unseen(seed).blocks())


def hand_out(seed: int, folder: str | Path) -> Path:
    """Write the log of a seed as JSON lines, without its truth; returns its path."""
    path = Path(folder) / "log.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(_written(seed))
    return path
