"""One table into seven kinds of file, and one more row into each."""

import csv
import io
import json
import sqlite3
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import fastavro
import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]
"""A row as a dict, in the order of the columns, as `pyarrow.Table.to_pylist` gives it."""
BLOCK = 4096
ROWS_PER_GROUP = 10_000


def as_json(value: datetime) -> str:
    """A time as text, ISO 8601 with milliseconds: what JSON and CSV have no type for."""
    return value.isoformat(timespec="milliseconds")


def as_text(row: Row) -> Row:
    """The row with its times as text and its lists as JSON."""
    kinds = {datetime: as_json, list: json.dumps}
    return {name: kinds.get(type(value), lambda v: v)(value) for name, value in row.items()}


def write_jsonl(path: Path, rows: Iterable[Row], mode: str = "w") -> None:
    """One JSON object a line; mode "a" adds lines at the end."""
    with path.open(mode, newline="") as file:
        file.writelines(json.dumps(row, default=as_json) + "\n" for row in rows)


def write_csv(path: Path, rows: list[Row], mode: str = "w") -> None:
    """One line a row, the names on top; mode "a" adds lines at the end, without names."""
    with path.open(mode, newline="") as file:
        lines = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        if mode == "w":
            lines.writeheader()
        lines.writerows(map(as_text, rows))


def write_avro(path: Path, rows: Iterable[Row], schema: dict, mode: str = "wb") -> None:
    """An Avro file with its schema; mode "a+b" adds a block to a file that has one."""
    with path.open(mode) as file:
        fastavro.writer(file, schema, rows)


def write_parquet(path: Path, part: pa.Table) -> None:
    """A Parquet file by pyarrow, in row groups of `ROWS_PER_GROUP` rows."""
    pq.write_table(part, path, row_group_size=ROWS_PER_GROUP)


def write_arrow(path: Path, part: pa.Table) -> None:
    """An Arrow file, in batches of `ROWS_PER_GROUP` rows."""
    with pa.ipc.new_file(str(path), part.schema) as file:
        file.write_table(part, max_chunksize=ROWS_PER_GROUP)


def insert_sqlite(path: Path, rows: list[Row]) -> None:
    """Add rows to the table t; made where it is missing, the first column being the key."""
    kinds = {bool: "INTEGER", int: "INTEGER", float: "REAL"}
    names = list(rows[0])
    found = {n: next((type(row[n]) for row in rows if row[n] is not None), str) for n in names}
    columns = [f"{name} {kinds.get(found[name], 'TEXT')}" for name in names]
    columns[0] += " PRIMARY KEY"
    con = sqlite3.connect(path)
    with con:  # commits at the end
        con.execute(f"CREATE TABLE IF NOT EXISTS t ({', '.join(columns)})")
        values = [tuple(as_text(row).values()) for row in rows]
        con.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(names))})", values)
    con.close()


def insert_duckdb(path: Path, part: pa.Table) -> None:
    """Add rows to the table t of a DuckDB file; made where it is missing."""
    with duckdb.connect(str(path)) as con:
        con.register("part", part)
        con.execute("CREATE TABLE IF NOT EXISTS t AS FROM part LIMIT 0")
        con.execute("INSERT INTO t FROM part")


def write_all(paths: Iterable[Path], part: pa.Table, schema: dict) -> None:
    """The same table into new files, each by the writer of its ending; schema is for Avro.

    Raises KeyError for an ending that is none of `append`'s.
    """
    rows = part.to_pylist()
    for path in paths:
        {
            ".jsonl": lambda path: write_jsonl(path, rows),
            ".csv": lambda path: write_csv(path, rows),
            ".avro": lambda path: write_avro(path, rows, schema),
            ".arrow": lambda path: write_arrow(path, part),
            ".parquet": lambda path: write_parquet(path, part),
            ".sqlite": lambda path: insert_sqlite(path, rows),
            ".duckdb": lambda path: insert_duckdb(path, part),
        }[path.suffix](path)


def text_lengths(rows: list[Row]) -> dict[str, float]:
    """Characters that a row's value takes as text, the mean over rows, for each column."""
    texts = [as_text(row) for row in rows]
    return {n: sum(len("" if t[n] is None else str(t[n])) for t in texts) / len(rows)
            for n in rows[0]}  # fmt: skip


def avro_lengths(rows: list[Row], types: dict[str, Any]) -> dict[str, float]:
    """Bytes that a row's value takes when Avro encodes it alone, the mean, for each column."""
    lengths = {}
    for name, kind in types.items():
        out = io.BytesIO()
        for row in rows:
            fastavro.schemaless_writer(out, kind, row[name])
        lengths[name] = out.tell() / len(rows)
    return lengths


def append(path: Path, part: pa.Table, schema: dict) -> None:
    """Add rows to a file by its ending, as its usual writer does; schema is for Avro.

    Lines and Avro's blocks go to the end, databases change pages in place. pyarrow cannot add to a
    Parquet or an Arrow file, so those are read and written anew. Raises KeyError for another
    ending.
    """
    {
        ".jsonl": lambda: write_jsonl(path, part.to_pylist(), "a"),
        ".csv": lambda: write_csv(path, part.to_pylist(), "a"),
        ".avro": lambda: write_avro(path, part.to_pylist(), schema, "a+b"),
        ".arrow": lambda: write_arrow(path, pa.concat_tables([read_arrow(path), part])),
        ".parquet": lambda: write_parquet(path, pa.concat_tables([pq.read_table(path), part])),
        ".sqlite": lambda: insert_sqlite(path, part.to_pylist()),
        ".duckdb": lambda: insert_duckdb(path, part),
    }[path.suffix]()


def read_arrow(path: Path) -> pa.Table:
    """All of an Arrow file, read and not mapped: it may then be written."""
    with pa.OSFile(str(path)) as file:
        return pa.ipc.open_file(file).read_all()


def bytes_changed(before: Path, after: Path) -> int:
    """Bytes that an append wrote, as far as the files before and after it tell.

    What was added at the end of text and Avro; all of a Parquet or Arrow file, which is written
    anew; of a database the blocks of 4 KiB that are not what they were. A database's journal, which
    is gone afterwards, is not counted.
    """
    old, new = before.read_bytes(), after.read_bytes()
    if after.suffix in (".jsonl", ".csv", ".avro"):
        return len(new) - len(old)
    if after.suffix in (".arrow", ".parquet"):
        return len(new)
    starts = range(0, max(len(old), len(new)), BLOCK)
    return BLOCK * sum(old[i : i + BLOCK] != new[i : i + BLOCK] for i in starts)
