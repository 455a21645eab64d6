"""A consumer of the append log: a process of its own, which can be made to die at a stated step.

`python -m labkit.streams.consumer '{...}'` reads from where its group stands to the end of the log
and prints one line of JSON: {"read": ..., "ignored": ...}. A way of consuming is a generator that
yields after each step; a step is all that the process does between two points of possible death.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from labkit.streams.append_log import AppendLog
from labkit.streams.bank import Bank

BATCH = 5
"""Events that a consumer takes at a time."""
Batch = list[tuple[int, Any]]


def commit_first(log: AppendLog, bank: Bank, batch: Batch) -> Iterator[None]:
    """Note that the batch is done, then do it."""
    log.commit(bank.group, batch[-1][0] + 1)
    yield
    for _, event in batch:
        bank.pay(event)
        yield


def commit_after(log: AppendLog, bank: Bank, batch: Batch) -> Iterator[None]:
    """Do the batch, then note that it is done."""
    for _, event in batch:
        bank.pay(event)
        yield
    log.commit(bank.group, batch[-1][0] + 1)
    yield


def by_key(log: AppendLog, bank: Bank, batch: Batch) -> Iterator[None]:
    """Do the batch so that doing it twice changes nothing, then note that it is done."""
    for _, event in batch:
        bank.pay_once(event)
        yield
    log.commit(bank.group, batch[-1][0] + 1)
    yield


def one_transaction(log: AppendLog, bank: Bank, batch: Batch) -> Iterator[None]:
    """Do the batch and note that it is done, both in the bank's file, both or neither."""
    with bank.transaction():
        for _, event in batch:
            bank.pay(event)
            yield
        bank.set_progress(batch[-1][0] + 1)
    yield


WAYS: dict[str, Callable[[Any, Bank, Batch], Iterator[None]]] = {
    "commit first": commit_first,
    "commit after": commit_after,
    "by key": by_key,
    "one transaction": one_transaction,
}
STEPS = BATCH + 1
"""Steps of a batch, in every way."""


def consume(log: Any, bank: Bank, way: str, die_after: int | None = None) -> int:
    """Read to the end of the log; return how many events were read. Dies after so many steps."""
    offset = bank.progress() if way == "one transaction" else log.committed(bank.group)
    read = steps = 0
    while batch := log.read(offset, BATCH):
        if steps == die_after:
            die()
        for _ in WAYS[way](log, bank, batch):
            steps += 1
            if steps == die_after:
                die()
        read, offset = read + len(batch), batch[-1][0] + 1
    return read


def die() -> None:
    """Kill this process: no clean-up, no `finally`, no goodbye to the database."""
    if sys.platform == "win32":
        os._exit(KILLED)
    os.kill(os.getpid(), signal.SIGKILL)


KILLED = 9 if sys.platform == "win32" else -9
"""Exit status of a process that was killed, as its parent sees it."""


class Life(NamedTuple):
    """How a consumer's process ended: its exit status and, if it was not killed, what it said."""

    status: int
    read: int | None
    ignored: int | None


class Consumer:
    """A consumer as a process of its own, which starts at once; `wait` for its end."""

    def __init__(
        self,
        log: Path | str,  # a file, or the address of a NATS server
        bank: Path | str,
        group: str,
        way: str,
        die_after: int | None = None,
    ) -> None:
        from labkit.riverton.child import Child  # the consumer's own process has no use for it

        job = {"log": str(log), "bank": str(bank), "group": group, "way": way, "die": die_after}
        self._child = Child("labkit.streams.consumer", json.dumps(job))

    def wait(self) -> Life:
        """Return how it ended. Raises RuntimeError with its last words if it failed."""
        from labkit.riverton.child import ChildError

        said = self._child.stdout.read()
        words = "" if said else self._child.last_words()
        status = self._child.end(10.0)
        if status not in (0, KILLED):
            raise ChildError(words)
        return Life(status, **json.loads(said or '{"read": null, "ignored": null}'))


def lost_and_doubled(expected: list[int], paid: list[int]) -> tuple[int, int]:
    """Count the applications that were never paid, and the payments beyond each one's first."""
    times = Counter(paid)
    return len(set(expected) - times.keys()), sum(n - 1 for n in times.values())


def open_log(where: str, group: str) -> Any:
    """Open a log: a file, or JetStream at the address of a server."""
    if not where.startswith("nats://"):
        return AppendLog(where)
    from labkit.streams.jetstream import JetStreamLog

    return JetStreamLog(where, group)


def main(job: dict[str, Any]) -> None:
    log, bank = open_log(job["log"], job["group"]), Bank(job["bank"], job["group"])
    read = consume(log, bank, job["way"], job["die"])
    log.close()
    print(json.dumps({"read": read, "ignored": bank.ignored}), flush=True)


if __name__ == "__main__":
    from labkit.riverton.system import exit_with_parent

    exit_with_parent()
    main(json.loads(sys.argv[1]))
