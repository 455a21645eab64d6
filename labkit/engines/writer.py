"""A writer to be killed: `python -m labkit.engines.writer <how> <path> <entries> <halt>`.

It books payments of 100 crowns, two entries each: what leaves the customer, what reaches the
merchant. It says so once it has written `halt` entries, and waits to be killed; `run_and_kill` does
that from a notebook.
"""

import contextlib
import json
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil

from labkit.riverton.child import Child
from labkit.riverton.system import exit_with_parent

TABLE = "CREATE TABLE entry (number INTEGER PRIMARY KEY, account TEXT, crowns INTEGER, text TEXT)"
INSERT = "INSERT INTO entry VALUES (:number, :account, :crowns, :text)"
TEXT = (
    "Riverton Pay, pay-later credit: instalment 1 of 3, booked by the nightly job of 2026-03-30."
    " Questions are answered at the service desk in the town hall, on weekdays from 9 to 5."
)
Halt = Callable[[int], None]
"""Called after each row with the number of entries written so far."""
END = -1
"""Where to halt: after everything is written, committed and closed."""


def entries(count: int) -> Iterator[dict[str, Any]]:
    """Give the entries of a night: 100 crowns leave a customer, 100 reach a merchant, ..."""
    for number in range(1, count + 1):
        account, crowns = ("customer", -100) if number % 2 else ("merchant", 100)
        yield dict(number=number, account=account, crowns=crowns, text=TEXT)


def plain_file(path: str, count: int, halt: Halt) -> None:
    """Write one line per entry to a plain file."""
    with Path(path).open("w", newline="\n") as file:
        for entry in entries(count):
            file.write(json.dumps(entry) + "\n")
            halt(entry["number"])


def a_commit_each(path: str, count: int, halt: Halt) -> None:
    """Insert the entries, each in a transaction of its own."""
    connection = sqlite3.connect(path)
    for entry in entries(count):
        connection.execute(INSERT, entry)
        connection.commit()
        halt(entry["number"])
    connection.close()


def one_transaction(path: str, count: int, halt: Halt) -> None:
    """Insert all entries in one transaction."""
    connection = sqlite3.connect(path)
    with connection:  # BEGIN comes with the first INSERT, COMMIT at the end
        for entry in entries(count):
            connection.execute(INSERT, entry)
            halt(entry["number"])
    connection.close()


WRITERS = {writer.__name__: writer for writer in (plain_file, a_commit_each, one_transaction)}


@contextlib.contextmanager
def halted(how: Callable[[str, int, Halt], None], path: Path, count: int, halt: int) -> Iterator:
    """Start a writer as a process, wait until it has written `halt` entries; kill it at the end.

    how: one of WRITERS. Makes an empty table in `path` first where `how` needs one. The process is
    ended by SIGKILL (TerminateProcess on Windows): nothing of it runs any more. Raises ChildError.
    """
    if how is not plain_file:
        connection = sqlite3.connect(path)
        connection.execute(TABLE)
        connection.close()
    child = Child("labkit.engines.writer", how.__name__, str(path), str(count), str(halt))
    try:
        child.first_line(timeout_s=30)
        yield
        psutil.Process(child.pid).kill()
    finally:
        child.end()


def run_and_kill(how: Callable[[str, int, Halt], None], path: Path, count: int, halt: int) -> None:
    """Start a writer as a process, and kill it once it has written `halt` entries (END: all)."""
    with halted(how, path, count, halt):
        pass


def found(how: Callable[[str, int, Halt], None], path: Path) -> tuple[int, int]:
    """Return (entries that a reader finds, their sum in crowns: 0 if no payment is half)."""
    if how is plain_file:
        crowns = [json.loads(line)["crowns"] for line in path.read_text("utf-8").splitlines()]
        return len(crowns), sum(crowns)
    connection = sqlite3.connect(path)
    row = connection.execute("SELECT count(*), coalesce(sum(crowns), 0) FROM entry").fetchone()
    connection.close()
    return row


def main(how: str, path: str, count: str, halt: str) -> None:
    def halt_here(number: int) -> None:
        if number == int(halt):
            print(number, flush=True)
            time.sleep(600)  # until we are killed, or the parent ends

    exit_with_parent()
    WRITERS[how](path, int(count), halt_here)
    halt_here(END)


if __name__ == "__main__":
    main(*sys.argv[1:])
