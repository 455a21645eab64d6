"""The load generator's own process: `python -m labkit.riverton.load_process`.

It takes a pickled `Job` on its standard input. On its standard output it says that it starts, or
in one line why it cannot, and then writes a pickled `Outcome`.
"""

import asyncio
import gc
import pickle
import sys

from labkit.riverton.load_client import Run
from labkit.riverton.system import exit_with_parent, new_event_loop, raise_file_limit

STARTED = "started"


def main() -> None:
    job = pickle.load(sys.stdin.buffer)
    exit_with_parent()
    raise_file_limit()
    gc.disable()  # a collection in the middle would be taken for a slow server
    run = Run(job)
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        try:
            runner.run(run(started=lambda: _say(STARTED)))
        except OSError as error:
            _say(f"no connection to port {', '.join(map(str, job.ports))} ({error.strerror})")
            return
    pickle.dump(run.outcome, sys.stdout.buffer)


def _say(line: str) -> None:
    sys.stdout.buffer.write(line.encode() + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
