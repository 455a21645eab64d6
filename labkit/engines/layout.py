"""How much of a database file has to be read for a question, from the file's own layout."""

import itertools
import sqlite3
from pathlib import Path

import duckdb

DUCKDB_BLOCK = 262_144
"""Bytes of a block, DuckDB's default: it reads and writes whole blocks."""
_INTERIOR, _LEAF = 5, 13


def sqlite_pages_to_row(path: Path, table: str, key: int) -> list[int]:
    """Return the numbers of the pages that lead to a row, from the table's root to its leaf.

    path: an SQLite database, checkpointed. table: a table with a rowid. key: the row's rowid,
    whether the row exists or not. Follows the B-tree as https://sqlite.org/fileformat2.html
    describes it. Raises ValueError for a page that belongs to no table.
    """
    connection = sqlite3.connect(path)
    (root,) = connection.execute("SELECT rootpage FROM sqlite_schema WHERE name = ?", (table,))
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.close()
    pages = [root[0]]
    with path.open("rb") as file:
        while (child := _child(_page(file, size, pages[-1]), pages[-1], key)) is not None:
            pages.append(child)
    return pages


def sqlite_bytes(path: Path) -> int:
    """Return the bytes of all pages of an SQLite database."""
    connection = sqlite3.connect(path)
    (pages,), (size,) = (
        connection.execute(f"PRAGMA {what}").fetchone() for what in ("page_count", "page_size")
    )
    connection.close()
    return pages * size


def duckdb_bytes(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: list[str] | None = None,
    row: int | None = None,
) -> int:
    """Return the bytes of the blocks that hold some columns of a table (all if None).

    With `row`, a row's place counted from 0, only the blocks in which that row's values lie. The
    table has to be on disk: call CHECKPOINT first.
    """
    connection.execute(
        "SELECT row_group_id, start, count, column_name, block_id, additional_block_ids"
        " FROM pragma_storage_info(?) ORDER BY row_group_id",
        [table],
    )
    segments = connection.fetchall()
    height: dict[int, int] = {}  # rows of each row group; `start` counts within it
    for group, start, count, *_ in segments:
        height[group] = max(height.get(group, 0), start + count)
    first = dict(zip(height, itertools.accumulate(height.values(), initial=0), strict=False))
    blocks: set[int] = set()
    for group, start, count, column, block, more in segments:
        here = row is None or start <= row - first[group] < start + count
        if here and (columns is None or column in columns):
            blocks |= {block, *(more or [])}
    return DUCKDB_BLOCK * len({block for block in blocks if block is not None and block >= 0})


def _page(file, size: int, number: int) -> bytes:
    file.seek(size * (number - 1))
    return file.read(size)


def _child(page: bytes, number: int, key: int) -> int | None:
    """The page below that holds the key; None on a leaf."""
    head = 100 if number == 1 else 0
    if page[head] == _LEAF:
        return None
    if page[head] != _INTERIOR:
        raise ValueError(f"page {number} is of type {page[head]}; expected one of a table")
    cells = int.from_bytes(page[head + 3 : head + 5], "big")
    for cell in range(cells):  # each holds a child and the largest key in it, in rising order
        at = head + 12 + 2 * cell
        place = int.from_bytes(page[at : at + 2], "big")
        if key <= _varint(page, place + 4):
            return int.from_bytes(page[place : place + 4], "big")
    return int.from_bytes(page[head + 8 : head + 12], "big")


def _varint(page: bytes, at: int) -> int:
    value = 0
    for place in range(8):
        value = value << 7 | page[at + place] & 0x7F
        if page[at + place] < 0x80:
            return value
    return value << 8 | page[at + 8]
