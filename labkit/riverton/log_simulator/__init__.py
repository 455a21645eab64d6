"""A seeded simulator of Riverton Pay's logs, with the truth about every incident in them.

``simulate(lines=100_000, seed=1)`` gives a :class:`Log`: its frame, its truth, and its lines as
they lie on disk, broken ones included.
"""

from labkit.riverton.log_simulator.incidents import ALL
from labkit.riverton.log_simulator.log import Log, simulate

__all__ = ["ALL", "Log", "simulate"]
