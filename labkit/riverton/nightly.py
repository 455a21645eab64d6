"""A batch job: score a whole table in large batches, and leave the answers where they can be
looked up. `python -m labkit.riverton.nightly '{...}'` runs it as a process of its own."""

import json
import sqlite3
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np

from labkit.riverton.child import Child, ChildError
from labkit.riverton.scorers import Scorer, load_scorer
from labkit.riverton.system import exit_with_parent

BATCH = 256


def score_everybody(scorer: Scorer, rows: np.ndarray, table: str | Path) -> None:
    """Score all `rows` (float32 [n, n_features]) and write a table of answers by key.

    The key is the row's number. `table` is the path of an SQLite file; its table `answers` is
    replaced in one transaction, so that a reader sees last night's or this night's, never half.
    """
    with closing(sqlite3.connect(table, isolation_level=None)) as database, database:
        database.execute("BEGIN")
        database.execute("DROP TABLE IF EXISTS answers")
        database.execute("CREATE TABLE answers (key INTEGER PRIMARY KEY, label INTEGER)")
        for first in range(0, len(rows), BATCH):
            labels = scorer(rows[first : first + BATCH]).tolist()
            database.executemany("INSERT INTO answers VALUES (?, ?)", enumerate(labels, first))


def run_nightly(rows: np.ndarray, table: str | Path, *, scorer: str = "mlp") -> dict[str, float]:
    """Run the job in a process of its own; return what it took.

    `rows` goes to a file beside `table`. Returns `start_s`, the seconds until the model was loaded
    and warm, and `score_s`, those for all rows, reading and writing included. Raises RuntimeError
    with the job's last words if it fails.
    """
    source = Path(table).with_suffix(".npy")
    np.save(source, rows)
    options = {"scorer": scorer, "rows": str(source), "table": str(table)}
    began = time.perf_counter()
    job = Child("labkit.riverton.nightly", json.dumps(options))
    try:
        score_s = float(job.first_line(timeout_s=120.0))
    except ChildError as error:
        raise RuntimeError(f"the nightly job failed: {error}") from None
    finally:
        job.end()
    return {"start_s": time.perf_counter() - began - score_s, "score_s": score_s}


def main(options: dict[str, str]) -> None:
    exit_with_parent()
    scorer = load_scorer(options["scorer"])
    scorer(np.zeros((BATCH, scorer.n_features), dtype=np.float32))  # the first call is slow
    began = time.perf_counter()
    score_everybody(scorer, np.load(options["rows"]), options["table"])
    print(time.perf_counter() - began, flush=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
