"""The scorer behind LitServe: FastAPI takes requests, a worker process makes batches and scores."""

import argparse

import litserve
import numpy as np

from labkit.riverton.scorers import MLP


class Scorer(litserve.LitAPI):
    """The steps of one prediction; LitServe calls them in this order."""

    def setup(self, device):
        self.mlp = MLP()
        for size in (1, 32):  # the first call of a size is slow
            self.mlp(np.zeros((size, 64), dtype=np.float32))

    def decode_request(self, request):  # the parameter has to have this name
        return np.array(request["features"], dtype=np.float32)

    def batch(self, inputs):
        return np.stack(inputs)

    def predict(self, x):
        return self.mlp(x)

    def unbatch(self, output):
        return output.tolist()

    def encode_response(self, output):
        return {"label": output}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    # A worker without a window (0, the default) asks its queue without a pause.
    api = Scorer(max_batch_size=32, batch_timeout=0.001)
    # fast_queue: "when serving hundreds of requests per second".
    server = litserve.LitServer(api, accelerator="cpu", workers_per_device=1, fast_queue=True)
    server.run(
        host="127.0.0.1",
        port=parser.parse_args().port,
        num_api_servers=1,
        generate_client_file=False,
        log_level="warning",
        access_log=False,
    )
