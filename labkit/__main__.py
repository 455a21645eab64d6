"""`python -m labkit COMMAND`: what course.py hands over to once the environment stands."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module

COMMANDS = {
    "lab": "labkit.classroom.lab",
    "check": "labkit.classroom.check",
    "test": "labkit.authoring.suite",
    "sync": "labkit.authoring.sync",
}


def main(arguments: list[str]) -> int:
    """Run one command; a command that is interrupted ends quietly."""
    command, *rest = arguments
    # Kernels inherit it: on a few cores, threads inside BLAS double the time of many small fits.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    _end_on_every_signal()
    try:
        return import_module(COMMANDS[command]).main(rest)
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does; nothing more is to be said to them.
        sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115
        return 0
    except OSError as error:
        if error.filename is None:
            raise
        print(f"{error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return 130


def _end_on_every_signal() -> None:
    """Let a terminal that closes end a command as Ctrl-C does, with all that it has started.

    A script that starts us in the background has set us to ignore Ctrl-C, too.
    """
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):  # Windows has no SIGHUP
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.default_int_handler)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
