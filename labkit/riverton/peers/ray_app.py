"""The scorer behind Ray Serve: replicas of it, on as many machines as the cluster has."""

import argparse
import signal

import numpy as np
import ray
from ray import serve
from starlette.requests import Request
from starlette.responses import JSONResponse

from labkit.riverton.scorers import MLP


@serve.deployment(
    max_ongoing_requests=256,  # the default, 5, makes batches of at most 5
    ray_actor_options={"num_cpus": 1},
)
class Scorer:
    """One replica: a process with the model in it."""

    def __init__(self):
        self.mlp = MLP()
        for size in (1, 32):  # the first call of a size is slow
            self.mlp(np.zeros((size, 64), dtype=np.float32))

    @serve.batch(max_batch_size=32, batch_wait_timeout_s=0.0)
    async def score(self, rows):
        """A batch: a list of rows in, a list of as many labels out, in the same order."""
        return self.mlp(np.stack(rows)).tolist()

    async def __call__(self, request: Request):
        """One request, with a row in it as JSON or as raw float32 values."""
        if request.headers["content-type"] == "application/octet-stream":
            row = np.frombuffer(await request.body(), dtype="<f4")
        else:
            row = np.array((await request.json())["features"], dtype=np.float32)
        return JSONResponse({"label": await self.score(row)})  # a bare dict goes out in chunks


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--replicas", type=int, default=1)
    chosen = parser.parse_args()
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    serve.start(http_options={"host": "127.0.0.1", "port": chosen.port})
    # num_replicas="auto", or autoscaling_config=..., lets Ray choose how many.
    scorer = Scorer.options(num_replicas=chosen.replicas)
    serve.run(scorer.bind(), route_prefix="/predict")
    signal.sigwait({signal.SIGTERM, signal.SIGINT})
    serve.shutdown()
    ray.shutdown()
