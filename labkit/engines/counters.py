"""Counters for what a query costs: rows visited, steps taken, plans; the same on every machine."""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from typing import Any


def count_rows(connection: sqlite3.Connection) -> Counter[str]:
    """Put a counting view before each table; return the counts, table -> rows visited so far.

    From now on a query of `connection` that names a table visits its rows through the view, and
    SQLite plans it as before. Each table needs a rowid. For reading only: a view takes no changes.
    """
    seen: Counter[str] = Counter()

    def visit(table: str, row: int) -> bool:
        seen[table] += 1
        return True

    connection.create_function("visit", 2, visit)
    tables = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
    for (table,) in tables.fetchall():
        view = f"SELECT * FROM main.{table} WHERE visit('{table}', rowid)"
        connection.execute(f"CREATE TEMP VIEW {table} AS {view}")
    return seen


def steps(connection: sqlite3.Connection, query: str, parameters: Sequence[Any] = ()) -> int:
    """Run a query to its end and return how many steps SQLite's virtual machine took.

    The number depends on SQLite's version and on nothing else about the machine.
    """
    count = 0

    def tick() -> None:
        nonlocal count
        count += 1

    connection.set_progress_handler(tick, 1)
    try:
        connection.execute(query, parameters).fetchall()
    finally:
        connection.set_progress_handler(None, 0)
    return count


def plan(connection: sqlite3.Connection, query: str, parameters: Sequence[Any] = ()) -> list[str]:
    """Return the steps of SQLite's query plan, one text each, such as "SCAN application"."""
    rows = connection.execute(f"EXPLAIN QUERY PLAN {query}", parameters)
    return [row[-1].replace("SCAN TABLE", "SCAN").replace("SEARCH TABLE", "SEARCH") for row in rows]
