"""The load generator's own process: `python -m labkit.riverton.load_process`.

It takes a pickled `Job` on its standard input. On its standard output it says that it starts, or
in one line why it cannot, and then writes a pickled `Outcome`.
"""

import asyncio
import gc
import pickle
import sys
from typing import BinaryIO

from labkit.riverton.load_client import Run
from labkit.riverton.system import exit_with_parent, new_event_loop, raise_file_limit

STARTED = "started"


def main() -> None:
    job = pickle.load(sys.stdin.buffer)
    exit_with_parent()
    raise_file_limit()
    gc.disable()  # a collection in the middle would be taken for a slow server
    run = Run(job)
    with standard_output() as output, asyncio.Runner(loop_factory=new_event_loop) as runner:

        def say(line: str) -> None:
            output.write(line.encode() + b"\n")
            output.flush()

        try:
            runner.run(run(started=lambda: say(STARTED)))
        except OSError as error:
            say(f"no connection to port {', '.join(map(str, job.ports))} ({error.strerror})")
            return
        pickle.dump(run.outcome, output)


def standard_output() -> BinaryIO:
    """Standard output, buffered whatever PYTHONUNBUFFERED says: without a buffer Python takes a
    write that the system cut short, as happens under load, for a whole one."""
    return open(1, "wb", closefd=False)


if __name__ == "__main__":
    main()
