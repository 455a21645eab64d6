"""Faults that can be switched on in a running service. Each does what it does for real: none
sleeps in the place of work."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from labkit.riverton.scorers import Scorer

COPIES = 512
"""How many disturbed copies of a row an explanation looks at: 128 kB for 64 float32 features."""

MALFORMED = (
    b"",
    b'{"features": [1.0, 2.0',
    b'{"features": "seven"}',
    b'{"feature": [1.0]}',
    b'{"features": [null, null]}',
    b'{"features": [NaN]}',
    b"features=1,2,3",
    b'{"features": []}',
)
"""Bodies that a client with a fault may send. The service refuses each with status 422."""


@dataclass
class Faults:
    """What is wrong with one instance.

    `leak`: it keeps, for every row that it scores, the disturbed copies that an explanation of the
    score would need, and never lets go of them. `expects`: it wants that many features a row, where
    its callers send 64 and its model takes 64.
    """

    leak: bool = False
    expects: int | None = None

    def change(self, /, **changes: Any) -> None:
        """Change some of them. Raises ValueError for a name or a value that cannot be."""
        for name, value in changes.items():
            right = {"leak": type(value) is bool, "expects": value is None or type(value) is int}
            if not right.get(name, False):
                raise ValueError(f"there is no fault {name!r} with the value {value!r}")
        for name, value in changes.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


class FaultyScorer:
    """A scorer with the faults of `faults`, and none as long as they are off."""

    def __init__(self, scorer: Scorer, faults: Faults) -> None:
        self.faults = faults
        self.kept: list[np.ndarray] = []
        self._scorer = scorer
        self._rng = np.random.default_rng(0)

    @property
    def name(self) -> str:
        return self._scorer.name

    @property
    def n_features(self) -> int:
        return self.faults.expects or self._scorer.n_features

    def __call__(self, X: np.ndarray) -> np.ndarray:
        if self.faults.leak:
            self.kept.extend(disturbed_copies(row, self._rng) for row in X)
        return self._scorer(X)


def disturbed_copies(row: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return COPIES copies of `row` with a little noise, float32 of shape [COPIES, n_features]."""
    return row + rng.standard_normal((COPIES, len(row)), dtype=np.float32)
