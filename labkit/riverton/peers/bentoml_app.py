"""The scorer behind BentoML: its dispatcher fits the batch and the wait to the traffic."""

import argparse
import os
import sys

import bentoml
import numpy as np
from pydantic import BaseModel

from labkit.riverton.scorers import MLP


class Row(BaseModel):
    features: list[float]


@bentoml.service(workers=1, logging={"access": {"enabled": False}})
class Scorer:
    """A request holds a list of rows, here of one; the reply is a list as well."""

    def __init__(self):
        self.mlp = MLP()
        for size in (1, 32):  # the first call of a size is slow
            self.mlp(np.zeros((size, 64), dtype=np.float32))

    @bentoml.api(
        batchable=True,
        max_batch_size=32,
        max_latency_ms=60_000,  # not a goal: what would take longer is refused (503)
    )
    def predict(self, rows: list[Row]) -> list[dict[str, int]]:
        X = np.array([row.features for row in rows], dtype=np.float32)
        return [{"label": label} for label in self.mlp(X).tolist()]


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", required=True)
    here = "labkit.riverton.peers.bentoml_app:Scorer"
    options = ["--host", "127.0.0.1", "--port", parser.parse_args().port, "--quiet"]
    os.execv(sys.executable, [sys.executable, "-m", "bentoml", "serve", here, *options])
