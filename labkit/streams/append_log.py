"""An append log in one SQLite file: events get an offset each, groups of readers commit theirs.

It is what a broker such as Kafka or NATS JetStream keeps for a topic of one partition, without the
network. Several processes may append and read at the same time.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

TABLES = """
CREATE TABLE IF NOT EXISTS event (offset INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS committed (name TEXT PRIMARY KEY, next INTEGER NOT NULL);
"""
BUSY_S = 30.0
"""How long a process waits for another one's transaction before it gives up."""


def connect(path: Path | str, tables: str) -> sqlite3.Connection:
    """Open a SQLite file in write-ahead mode, each statement a transaction of its own.

    What is committed survives the death of the process. Not every power cut: for that SQLite would
    have to wait for the disk at each commit (`PRAGMA synchronous=FULL`). Several processes may make
    the same file at the same time. Raises sqlite3.Error where the file is no database.
    """
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    until = time.monotonic() + BUSY_S
    while not _is_set_up(db, tables) and time.monotonic() < until:
        time.sleep(0.01)
    return db


def _is_set_up(db: sqlite3.Connection, tables: str) -> bool:
    """Set the file's mode and make its tables, if nobody has; False if somebody is at it.

    A change of the mode does not wait for other processes as other statements do.
    """
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=NORMAL")
        # Only where they are missing: even an idle CREATE waits for whoever is writing.
        if not db.execute("SELECT 1 FROM sqlite_master").fetchone():
            db.executescript(f"BEGIN IMMEDIATE; {tables} COMMIT;")
    except sqlite3.OperationalError as error:
        if "locked" not in str(error):
            raise
        if db.in_transaction:
            db.execute("ROLLBACK")
        return False
    return True


class AppendLog:
    """Events in order of arrival, numbered 1, 2, 3 ...; nothing is changed, nothing taken out."""

    def __init__(self, path: Path | str) -> None:
        self._db = connect(path, TABLES)

    def append(self, events: Iterable[Any]) -> int:
        """Add events (anything that JSON can hold), all or none; return the last one's offset.

        SQLite has one writer at a time, so offsets become visible in their order. A database with
        many writers may hand out 7 and 8 and show 8 first: a reader that notes "8" misses 7.
        """
        rows = [(json.dumps(event),) for event in events]
        self._db.execute("BEGIN IMMEDIATE")
        with self._db:
            self._db.executemany("INSERT INTO event (body) VALUES (?)", rows)
        return self.end() - 1

    def read(self, offset: int, limit: int) -> list[tuple[int, Any]]:
        """Read at most `limit` events from `offset` on, as (offset, event).

        Reading changes nothing, so everybody can read everything again.
        """
        query = "SELECT offset, body FROM event WHERE offset >= ? ORDER BY offset LIMIT ?"
        return [(at, json.loads(body)) for at, body in self._db.execute(query, (offset, limit))]

    def commit(self, group: str, offset: int) -> None:
        """Note that the group is to go on at `offset`, whoever reads for it then.

        An earlier offset than before is allowed: that is how a group reads once more.
        """
        query = "INSERT INTO committed VALUES (?, ?) ON CONFLICT DO UPDATE SET next = excluded.next"
        self._db.execute(query, (group, offset))

    def committed(self, group: str) -> int:
        """Return the offset at which the group goes on; 1 for a group that never committed."""
        query = "SELECT next FROM committed WHERE name = ?"
        return (self._db.execute(query, (group,)).fetchone() or (1,))[0]

    def end(self) -> int:
        """Return the offset that the next event will get."""
        query = "SELECT coalesce(max(offset), 0) + 1 FROM event"
        return self._db.execute(query).fetchone()[0]

    def close(self) -> None:
        """Close the file."""
        self._db.close()
