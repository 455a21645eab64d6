"""The logs in datasets/riverton_log, made from the seed of all of Riverton."""

import json
from dataclasses import dataclass

import pandas as pd

from labkit.riverton.log_simulator import simulate
from labkit.riverton.world import SEED

LINES, SAMPLE_LINES = 100_000, 5_000


@dataclass(frozen=True)
class ShippedLog:
    """The log as a table, the sample as the bytes of its file, the truth about both as JSON."""

    log: pd.DataFrame
    sample: bytes
    truth: bytes


def make_log(seed: int = SEED) -> ShippedLog:
    """Simulate both logs: the same incidents at the same times, in more lines and in fewer."""
    log, sample = simulate(LINES, seed), simulate(SAMPLE_LINES, seed)
    truth = {"log": log.truth, "sample": sample.truth}
    return ShippedLog(
        log=log.table.to_pandas(),
        sample=b"".join(sample.blocks("text")),
        truth=(json.dumps(truth) + "\n").encode(),
    )
