"""What the edge let in and what it did not, in one SQLite file in which nothing is ever lost.

`received = predictions + dead letters that wait`, after every transaction. A dead letter keeps the
bytes that came, and stays when it has been replayed; a prediction stays when it is retracted.
"""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable
from pathlib import Path

import pandas as pd

from labkit.intake.form import Application, Refused, read

TABLES = """
CREATE TABLE IF NOT EXISTS dead_letters (
    offset INTEGER PRIMARY KEY,         -- number of the body, in order of arrival
    received_at TEXT NOT NULL,          -- by the gateway's clock, UTC
    raw BLOB NOT NULL,                  -- the bytes that came, not a text made of them
    layer TEXT NOT NULL, kind TEXT NOT NULL, field TEXT NOT NULL, reason TEXT NOT NULL,
    replayed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS predictions (
    offset INTEGER PRIMARY KEY,
    received_at TEXT NOT NULL,
    application TEXT NOT NULL,          -- what was scored, as JSON
    score REAL NOT NULL                 -- the model's probability of default
);
CREATE TABLE IF NOT EXISTS retractions (
    offset INTEGER PRIMARY KEY REFERENCES predictions,
    reason TEXT NOT NULL
);
"""

Fix = Callable[[bytes], bytes]
"""Gives the mended bytes of a dead letter, or raises ValueError where it knows no remedy."""
Score = Callable[[int, Application], float]
"""Gives the model's probability of default for the body of this offset."""


class Store:
    """The three tables in the file at `path`, which is made if it is not there.

    A number of processes may have it open at the same time. Close it, or use it with `with`.
    """

    def __init__(self, path: Path | str) -> None:
        self.db = sqlite3.connect(path, isolation_level=None, timeout=30)
        self.db.execute("PRAGMA journal_mode = WAL")
        self.db.execute("PRAGMA synchronous = NORMAL")
        self.db.executescript(TABLES)

    def close(self) -> None:
        self.db.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def bury(self, offset: int, received_at: str, raw: bytes, why: Refused) -> None:
        """Keep a body that was refused, with the reason; to do it again changes nothing."""
        row = (offset, received_at, raw, why.layer, why.kind, why.field, why.reason)
        self.db.execute("INSERT OR IGNORE INTO dead_letters VALUES (?, ?, ?, ?, ?, ?, ?, 0)", row)

    def keep(self, offset: int, received_at: str, application: Application, score: float) -> None:
        """Keep a prediction with what was scored; to do it again changes nothing."""
        row = (offset, received_at, application.model_dump_json(), score)
        self.db.execute("INSERT OR IGNORE INTO predictions VALUES (?, ?, ?, ?)", row)

    def retract(self, found: Iterable[tuple[int, str]]) -> None:
        """Take back the predictions of (offset, reason): rows are added, none is deleted."""
        with Transaction(self.db):
            self.db.executemany("INSERT OR IGNORE INTO retractions VALUES (?, ?)", found)

    def next_offset(self) -> int:
        """The number of the next body: one above the largest that is kept, 0 in a new store."""
        query = "SELECT 1 + max(coalesce(max(d.offset), -1), (SELECT coalesce(max(offset), -1)"
        return self.db.execute(query + " FROM predictions)) FROM dead_letters d").fetchone()[0]

    def waiting(self) -> list[tuple[int, str, bytes]]:
        """The dead letters not yet replayed, as (offset, received_at, raw), in order of arrival."""
        return self.db.execute(
            "SELECT offset, received_at, raw FROM dead_letters WHERE NOT replayed ORDER BY offset"
        ).fetchall()

    def replay(self, fix: Fix, score: Score) -> int:
        """Try every waiting letter again, mended by `fix`; return how many came through."""
        through = 0
        with Transaction(self.db):  # all of it happens, or none
            for offset, received_at, raw in self.waiting():
                try:
                    application = read(fix(raw))
                except ValueError:  # no remedy, or Refused again
                    continue  # it goes on waiting, with its bytes and its reason
                self.keep(offset, received_at, application, score(offset, application))
                self.db.execute("UPDATE dead_letters SET replayed = 1 WHERE offset = ?", [offset])
                through += 1
        return through

    def counts(self) -> dict[str, int]:
        """How many predictions, letters that wait, letters replayed, and predictions retracted."""
        one = "SELECT count(*) FROM "
        names = {
            "accepted": "predictions",
            "dead": "dead_letters WHERE NOT replayed",
            "replayed": "dead_letters WHERE replayed",
            "retracted": "retractions",
        }
        return {name: self.db.execute(one + table).fetchone()[0] for name, table in names.items()}

    def letters(self) -> pd.DataFrame:
        """All dead letters, by offset."""
        return pd.read_sql("SELECT * FROM dead_letters ORDER BY offset", self.db).set_index(
            "offset"
        )

    def predictions(self) -> pd.DataFrame:
        """All predictions by offset, with the reason in `retracted` where one was taken back."""
        query = (
            "SELECT p.*, r.reason AS retracted FROM predictions p LEFT JOIN retractions r"
            " USING (offset) ORDER BY offset"
        )
        return pd.read_sql(query, self.db).set_index("offset")

    def fingerprint(self) -> str:
        """A SHA-256 of every row of the three tables: the same state has the same."""
        digest = hashlib.sha256()
        for table in ("dead_letters", "predictions", "retractions"):
            for row in self.db.execute(f"SELECT * FROM {table} ORDER BY offset"):
                digest.update(repr(row).encode())
        return digest.hexdigest()


class Transaction:
    """`with Transaction(db):` commits at its end, and rolls all back if anything was raised."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self.db = db

    def __enter__(self) -> None:
        self.db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.db.execute("COMMIT" if kind is None else "ROLLBACK")
