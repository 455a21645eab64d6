"""The credit bureau that the scoring service asks: another company's service, in its own process.

It looks people up in a SQLite file, logs its own lines under the trace that it is given, and can
lose the index of its table: every lookup then reads the whole of it.
"""

import asyncio
import contextlib
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from labkit.riverton.service_log import ServiceLog

LOOKUP = "SELECT score, opened FROM files WHERE user = ?"
PEOPLE = 100_000
"""Credit files by default: without an index a lookup reads this many rows."""


class Bureau:
    """The bureau's table and its ASGI application (`app`)."""

    def __init__(self, database: Path | str, *, log: dict[str, Any], people: int = PEOPLE) -> None:
        self.log = ServiceLog(**log)
        self._database = sqlite3.connect(database, check_same_thread=False, isolation_level=None)
        build(self._database, people)
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self.app = Starlette(
            routes=[
                Route("/credit/{user}", self._credit, methods=["GET"]),
                Route("/faults", self._faults, methods=["GET", "POST"]),
            ],
            lifespan=self._lifespan,
        )

    @asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        with self.log, self._worker, contextlib.closing(self._database):
            yield

    async def _credit(self, request: Request) -> Response:
        start = time.perf_counter()
        user = request.path_params["user"]
        row = await self._on_worker(lambda: self._database.execute(LOOKUP, (user,)).fetchall())
        if row:
            response = JSONResponse({"score": row[0][0], "opened": row[0][1]})
        else:
            response = JSONResponse({"error": "no such person"}, status_code=404)
        self.log.write(
            "request",
            trace=request.headers.get("x-trace-id") or secrets.token_hex(8),
            user=user,
            endpoint="/credit",
            status=response.status_code,
            latency_ms=round(1e3 * (time.perf_counter() - start), 3),
        )
        return response

    async def _faults(self, request: Request) -> Response:
        """GET, or POST {"index": false}: whether there is an index, and the plan of a lookup."""
        if request.method == "POST":
            wanted = (await request.json()).get("index")
            await self._on_worker(create_index if wanted else drop_index, self._database)
        plan = await self._on_worker(lookup_plan, self._database)
        return JSONResponse({"index": plan.startswith("SEARCH"), "plan": plan})

    async def _on_worker(self, function: Any, *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._worker, function, *arguments)


def user_name(number: int) -> str:
    """The name of a user, by their number from 0."""
    return f"u{number:06d}"


def build(database: sqlite3.Connection, people: int) -> None:
    """Fill the table: made up, like all of Riverton, and the same each time."""
    rng = np.random.default_rng(7)
    score, opened = rng.integers(300, 851, people), rng.integers(1990, 2026, people)

    def rows() -> Iterator[tuple[str, int, int, str]]:
        for number in rng.permutation(people).tolist():
            address = f"{number % 211} Long Road, Riverton"
            yield user_name(number), int(score[number]), int(opened[number]), address

    database.execute("PRAGMA synchronous = OFF")
    database.execute("BEGIN")
    database.execute("CREATE TABLE files (user TEXT, score INT, opened INT, address TEXT)")
    database.executemany("INSERT INTO files VALUES (?, ?, ?, ?)", rows())
    create_index(database)
    database.execute("COMMIT")


def create_index(database: sqlite3.Connection) -> None:
    database.execute("CREATE INDEX IF NOT EXISTS files_by_user ON files (user)")


def drop_index(database: sqlite3.Connection) -> None:
    """The fault: what somebody does who takes the index for one that nobody needs."""
    database.execute("DROP INDEX IF EXISTS files_by_user")


def lookup_plan(database: sqlite3.Connection) -> str:
    """Return SQLite's own word on how it looks a user up: SEARCH by an index, or SCAN."""
    return database.execute(f"EXPLAIN QUERY PLAN {LOOKUP}", ("",)).fetchone()[3]
