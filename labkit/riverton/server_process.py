"""The server as a process of its own: `python -m labkit.riverton.server_process '{...}'`."""

import json
import sys
from typing import Any

import numpy as np

from labkit.riverton.scorers import load_scorer
from labkit.riverton.service import ScoringService, ServiceConfig
from labkit.riverton.serving import serve
from labkit.riverton.system import raise_file_limit


def main(options: dict[str, Any]) -> None:
    port = options.pop("port", 0)
    log = options.pop("log", None)
    logged = {k: options.pop(k) for k in ("bureau", "bureau_cache", "faults") if k in options}
    scorer = load_scorer(str(options.pop("scorer")))
    config = ServiceConfig().changed(**options)
    for batch in (1, min(config.max_batch, config.max_queue)):  # the first call of a size is slow
        scorer(np.zeros((batch, scorer.n_features), dtype=np.float32))
    raise_file_limit()
    if log is None:
        service = ScoringService(scorer, config)
    else:
        from labkit.riverton.logged_service import LoggedService

        service = LoggedService(scorer, config, log=log, **logged)
    # Those that wait for a full batch would wait for ever.
    serve(service.app, port=port, closing=service.batcher.close)


if __name__ == "__main__":
    # Between two batches the worker thread needs the interpreter, which the event loop holds while
    # it is busy with replies; it gets its turn after this long (5 ms by default, as long as a batch
    # takes).
    sys.setswitchinterval(1e-4)
    main(json.loads(sys.argv[1]))
