"""The bank of the crash experiments: a file in which money moves, and may move twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labkit.streams.append_log import connect

TABLES = """
CREATE TABLE IF NOT EXISTS payment (name TEXT, application_id INTEGER, amount REAL);
CREATE TABLE IF NOT EXISTS payment_once (name TEXT, application_id INTEGER, amount REAL,
    PRIMARY KEY (name, application_id));
CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, next INTEGER NOT NULL);
"""


class Bank:
    """Payments of one group of consumers, which has the file to share with others."""

    def __init__(self, path: Path | str, group: str) -> None:
        self._db, self.group = connect(path, TABLES), group
        self.ignored = 0

    def pay(self, event: dict) -> None:
        """Pay the merchant; told twice, pay twice."""
        row = (self.group, event["application_id"], event["amount"])
        self._db.execute("INSERT INTO payment VALUES (?, ?, ?)", row)

    def pay_once(self, event: dict) -> None:
        """Pay the merchant, unless this application has been paid."""
        row = (self.group, event["application_id"], event["amount"])
        done = self._db.execute("INSERT OR IGNORE INTO payment_once VALUES (?, ?, ?)", row)
        self.ignored += 1 - done.rowcount

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that happens inside, or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        with self._db:
            yield

    def set_progress(self, offset: int) -> None:
        """Note where the group goes on, in the same file as the money."""
        query = "INSERT INTO progress VALUES (?, ?) ON CONFLICT DO UPDATE SET next = excluded.next"
        self._db.execute(query, (self.group, offset))

    def progress(self) -> int:
        """Return where the group goes on; 1 if it never noted anything."""
        query = "SELECT next FROM progress WHERE name = ?"
        return (self._db.execute(query, (self.group,)).fetchone() or (1,))[0]

    def payments(self) -> list[int]:
        """Return the application of every payment of the group, in both tables."""
        query = """SELECT application_id FROM payment WHERE name = ?
                   UNION ALL SELECT application_id FROM payment_once WHERE name = ?"""
        return sorted(row[0] for row in self._db.execute(query, (self.group, self.group)))

    def close(self) -> None:
        """Close the file."""
        self._db.close()
