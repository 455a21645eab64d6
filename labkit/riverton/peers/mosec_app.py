"""The scorer behind mosec: a Rust server takes requests and makes batches, Python scores them."""

import argparse

import numpy as np
from mosec import Server, ValidationError, Worker

from labkit.riverton.scorers import MLP


class Scorer(Worker):
    """One process with the model in it. mosec reads and writes JSON by itself."""

    def __init__(self):
        super().__init__()
        self.mlp = MLP()
        for size in (1, 32):  # the first call of a size is slow
            self.mlp(np.zeros((size, 64), dtype=np.float32))

    def deserialize(self, data):
        """One request's body to one row."""
        try:
            return np.array(super().deserialize(data)["features"], dtype=np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise ValidationError(f"expected 64 numbers: {error}") from error

    def forward(self, data):
        """A batch: a list of rows in, a list of as many replies out, in the same order."""
        return [{"label": label} for label in self.mlp(np.stack(data)).tolist()]


class BinaryScorer(Scorer):
    """The same for rows that come as 64 raw float32 values."""

    def deserialize(self, data):
        return np.frombuffer(data, dtype="<f4")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--binary", action="store_true")
    parser.add_argument("--processes", type=int, default=1)
    chosen, _ = parser.parse_known_args()  # mosec reads --port, --address and more itself
    server = Server()
    server.append_worker(
        BinaryScorer if chosen.binary else Scorer,
        num=chosen.processes,  # of this stage; one that dies is started again
        max_batch_size=32,
        max_wait_time=1,  # ms; the shortest that there is (default 10)
    )
    server.run()
