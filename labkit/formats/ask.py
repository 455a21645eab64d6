"""Questions to a file as a script asks them: from the closed file to the answer."""

import csv
import json
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import fastavro
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq


def milliseconds(work: Callable[[], Any], runs: int = 5) -> float:
    """How long the work takes: the median of `runs`, or of as many as begin within 0.2 seconds."""
    taken: list[float] = []
    while not taken or (len(taken) < runs and sum(taken) < 200):
        start = time.perf_counter()
        work()
        taken.append(1e3 * (time.perf_counter() - start))
    return float(np.median(taken))


def outcome(work: Callable[[], Any]) -> Any:
    """What the work returns, or the name of the error that it raises."""
    try:
        return work()
    except Exception as error:
        return type(error).__name__


def sqlite(path: Path, query: str) -> list[tuple]:
    """Open an SQLite file, ask, close it."""
    con = sqlite3.connect(path)
    answer = con.execute(query).fetchall()
    con.close()
    return answer


def in_duckdb(path: Path, query: str) -> list[tuple]:
    """Open a DuckDB file, ask, close it."""
    with duckdb.connect(str(path), read_only=True) as con:
        return con.execute(query).fetchall()


def table_from_duckdb(query: str, path: str | Path = ":memory:") -> pa.Table:
    """What DuckDB's SQL gives as an Arrow table; a query may name files, too."""
    with duckdb.connect(str(path)) as con:
        return con.sql(query).to_arrow_table()


def one_row(at: Mapping[str, Path], column: str, key: int) -> dict[str, Callable[[], Any]]:
    """For each format a function that fetches the row with the key from its file.

    at: name of the format -> path, of the seven formats of the lesson. Text and Avro are read from
    the start up to the row; Arrow is mapped; Parquet is filtered by pyarrow; databases are asked.
    """
    query, is_it = f"SELECT * FROM t WHERE {column} = {key}", pc.field(column) == key

    def first(lines: Callable[[Any], Iterator[dict]], name: str, mode: str = "rb") -> dict:
        with at[name].open(mode) as file:
            return next(row for row in lines(file) if str(row[column]) == str(key))

    return {
        "JSON Lines": lambda: first(lambda file: map(json.loads, file), "JSON Lines"),
        "CSV": lambda: first(csv.DictReader, "CSV", "r"),
        "Avro": lambda: first(fastavro.reader, "Avro"),
        "Arrow": lambda: pa.ipc.open_file(pa.memory_map(str(at["Arrow"]))).read_all().filter(is_it),
        "Parquet": lambda: pq.read_table(at["Parquet"], filters=is_it),
        "SQLite": lambda: sqlite(at["SQLite"], query),
        "DuckDB": lambda: in_duckdb(at["DuckDB"], query),
    }
