"""A shopping day to plan for: demand, machines, prices and a budget, drawn from a reader's seed.

All of it is made up: no such company, machines or prices exist.
"""

from dataclasses import dataclass
from typing import TypedDict

import numpy as np

DAYS = 30
SHOPPING_DAY = 26
"""Counted from 0, which is a Sunday: a Friday."""
STEP_S = 10
"""Seconds that a count covers."""


class Machine(TypedDict):
    """A kind of machine. A pair (alpha, beta), in ms, is a line alpha + beta * b for a batch of b.

    `model_ms`: the model alone. `cycle_ms`: from the start of a batch until the next may start, in
    the service. `queue`: how many queries may wait; more are refused. `on_demand`, `reserved`:
    price of an hour, taken hour by hour or for all hours of the month.
    """

    model_ms: tuple[float, float]
    cycle_ms: tuple[float, float]
    queue: int
    on_demand: float
    reserved: float


@dataclass(frozen=True)
class Case:
    """What a reader is handed out. Times in the unit of their name, money in euros."""

    counts: np.ndarray
    """Queries in each 10 s of last year's month of 30 days."""
    growth: float
    """Expected demand, this year's over last year's."""
    bound_ms: int
    spread: float
    """What the busiest machine gets over an even share; taken as the same for every fleet."""
    start_min: int
    """From asking for a machine on demand until it serves."""
    notice_s: int
    """From the death of a machine until the balancer sends it nothing more."""
    budget: int
    """For the month."""
    machines: dict[str, Machine]


_KINDS = {
    "small": ((0.6, 8.0), 0.14),
    "large": ((6.0, 1.7), 0.43),
    "accelerated": ((13.0, 0.3), 0.8),
}
"""Cycle (alpha, beta) in ms and price of an hour, before a seed changes them a little."""


def hand_out(seed: int) -> Case:
    """Draw the case of a seed, always the same one. Raises ValueError for a seed below 0."""
    if seed < 0:
        raise ValueError(f"the seed is {seed}; expected a whole number, 0 or more")
    rng = np.random.default_rng([seed, 26])
    counts = _month(rng)
    machines: dict[str, Machine] = {}
    for name, ((alpha, beta), price) in _KINDS.items():
        alpha, beta = alpha * rng.uniform(0.85, 1.15), beta * rng.uniform(0.85, 1.15)
        price = round(price * rng.uniform(0.9, 1.1), 3)
        machines[name] = {
            "model_ms": (round(0.5 * alpha, 2), round(0.75 * beta, 2)),
            "cycle_ms": (round(alpha, 2), round(beta, 2)),
            "queue": 2000,
            "on_demand": price,
            "reserved": round(price * rng.uniform(0.55, 0.7), 3),
        }
    return Case(
        counts=counts,
        growth=round(rng.uniform(1.2, 1.5), 2),
        bound_ms=int(rng.choice([40, 50, 60])),
        spread=round(rng.uniform(1.05, 1.2), 2),
        start_min=int(rng.choice([20, 35, 50, 75, 90])),
        notice_s=int(rng.choice([6, 10, 15])),
        budget=int(rng.choice([600, 700, 800])),
        machines=machines,
    )


def _month(rng: np.random.Generator) -> np.ndarray:
    """Queries in each 10 s: a tide by the hour, calmer Sundays, one shopping day with a burst."""
    hours = np.arange(DAYS * 24 * 3600 // STEP_S) * STEP_S / 3600
    hour = hours % 24
    tide = 1 - 0.55 * np.cos(2 * np.pi * (hour - 4.5) / 24) + 0.3 * np.exp(-((hour - 19) ** 2) / 4)
    weight = rng.uniform(0.9, 1.1, DAYS)
    weight[np.arange(DAYS) % 7 == 0] *= 0.7
    weight[SHOPPING_DAY] *= rng.uniform(2.2, 2.8)
    ends = (24 * np.arange(DAYS)[:, None] + [2, 22]).ravel()  # between two days it changes slowly
    rate = rng.uniform(210, 270) * tide * np.interp(hours, ends, np.repeat(weight, 2))
    begins = SHOPPING_DAY * 24 + 20 + rng.integers(1, 9) / 12
    burst = (hours >= begins) & (hours < begins + 10 / 60)
    rate *= np.where(burst, rng.uniform(1.3, 1.5), 1.0)
    return rng.poisson(rate * STEP_S)
