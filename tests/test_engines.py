"""labkit.engines: what it counts is what the engines do, and a killed writer is really dead."""

import json
import sqlite3
import sys
from collections import Counter

import duckdb
import pandas as pd
import pytest

from labkit.engines import counters, layout, models, writer


@pytest.fixture
def shop(tmp_path):
    """A file with 1,000 applications at 10 merchants, indexed by merchant."""
    path = tmp_path / "shop.db"
    connection = sqlite3.connect(path)
    connection.executescript("""
    CREATE TABLE merchant (code INTEGER PRIMARY KEY, name TEXT);
    CREATE TABLE application (id INTEGER PRIMARY KEY, merchant INTEGER, amount REAL);
    CREATE INDEX at ON application (merchant);
    """)
    connection.executemany("INSERT INTO merchant VALUES (?, ?)", [(m, f"M{m}") for m in range(10)])
    connection.executemany(
        "INSERT INTO application VALUES (?, ?, ?)", [(n, n % 10, n / 7) for n in range(1, 1001)]
    )
    connection.commit()
    yield connection
    connection.close()


QUERIES = {
    "SELECT sum(amount) FROM application": {"application": 1000},
    "SELECT * FROM application WHERE amount > 1e9": {"application": 1000},
    "SELECT * FROM application WHERE id = 5": {"application": 1},
    "SELECT * FROM application WHERE merchant = 3 AND amount < 0": {"application": 100},
    "SELECT * FROM application JOIN merchant ON code = merchant WHERE name = 'M3'": {
        "merchant": 10,
        "application": 100,
    },
    "SELECT count(*) FROM application WHERE id = 0": {},
}


@pytest.mark.parametrize("query", QUERIES)
def test_rows_visited_are_those_that_the_plan_says(shop, query):
    plan, answer = counters.plan(shop, query), shop.execute(query).fetchall()
    seen = counters.count_rows(shop)
    assert shop.execute(query).fetchall() == answer
    assert dict(seen) == QUERIES[query]
    assert [step.replace("main.", "") for step in counters.plan(shop, query)] == plan


def test_steps_are_repeatable_and_fewer_with_an_index(shop):
    search, scan = (f"SELECT amount FROM application WHERE {x} = 3" for x in ("id", "amount"))
    assert counters.steps(shop, scan) == counters.steps(shop, scan)
    assert counters.steps(shop, scan) > 50 * counters.steps(shop, search)
    by_parameter = counters.steps(shop, "SELECT amount FROM application WHERE id = ?", [3])
    assert abs(by_parameter - counters.steps(shop, search)) < 10
    assert counters.plan(shop, scan) == ["SCAN application"]
    assert "SEARCH" in counters.plan(shop, search)[0]


def test_a_query_that_fails_leaves_no_counter_behind(shop):
    with pytest.raises(sqlite3.OperationalError):
        counters.steps(shop, "SELECT nothing FROM application")
    assert shop.execute("SELECT count(*) FROM application").fetchone() == (1000,)


def test_the_way_to_a_row_is_the_way_through_the_tree(tmp_path):
    path = tmp_path / "tree.db"
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA page_size = 1024")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
    connection.executemany(
        "INSERT INTO t VALUES (?, ?)", [(3 * n, "x" * 90) for n in range(20_000)]
    )
    connection.commit()
    connection.close()
    data = path.read_bytes()
    for key in (0, 3, 29_997, 59_997):
        pages = layout.sqlite_pages_to_row(path, "t", key)
        assert len(pages) == 3 and len(set(pages)) == 3  # the root, one between, a leaf
        leaf = data[1024 * (pages[-1] - 1) : 1024 * pages[-1]]
        cells = int.from_bytes(leaf[3:5], "big")
        places = [int.from_bytes(leaf[8 + 2 * c : 10 + 2 * c], "big") for c in range(cells)]
        assert key in [layout._varint(leaf, place + 1) for place in places]
    assert layout.sqlite_bytes(path) == len(data)
    assert len(layout.sqlite_pages_to_row(path, "t", 10**9)) == 3  # where it would stand


def test_bytes_to_read_in_duckdb_are_whole_blocks_of_the_columns_asked(tmp_path):
    with duckdb.connect(tmp_path / "columns.duckdb", config={"threads": 1}) as connection:
        connection.execute(
            "CREATE TABLE t AS SELECT range AS a, hash(range) AS b, hash(range + 7) AS c, 1 AS d"
            " FROM range(400_000)"
        )
        connection.execute("CHECKPOINT")
        everything = layout.duckdb_bytes(connection, "t")
        b, row = (layout.duckdb_bytes(connection, "t", ["b"]),
                  layout.duckdb_bytes(connection, "t", row=399_999))  # fmt: skip
        assert everything % layout.DUCKDB_BLOCK == 0
        assert 8 * 400_000 <= b < 8 * 400_000 + 8 * layout.DUCKDB_BLOCK
        assert everything > 1.9 * b
        assert 2 * layout.DUCKDB_BLOCK <= row < everything / 3
        assert layout.duckdb_bytes(connection, "t", row=400_000) == 0


def test_three_models_hold_the_same_city(tmp_path):
    names = {"0000": "Mill Books", "0001": "Harbour Shop"}
    people = pd.DataFrame(
        {"person_id": range(4), "district": [7, 7, 8, 9], "age": [30, 40, 50, 60]}
    )
    applications = pd.DataFrame(
        {"application_id": [1, 2], "person_id": [1, 2], "merchant_code": ["0001", "0000"],
         "amount": [9.5, 3.0], "instalments": [3, None], "basket": [["toys"], ["toys", "books"]]}
    ).astype(object)  # fmt: skip
    applications = applications.where(applications.notna(), None)
    path = [(0, 1), (1, 2), (2, 3)]
    store = models.documents(tmp_path / "documents.db", applications, people, names)
    models.profiles(store, path)
    bodies = [json.loads(body) for (body,) in store.execute("SELECT body FROM document")]
    assert bodies[1]["merchant"] == {"code": "0000", "name": "Mill Books"}
    assert bodies[1]["person"] == {"person_id": 2, "district": 8, "age": 50}
    assert bodies[1]["instalments"] is None and bodies[1]["basket"] == ["toys", "books"]
    graph, seen = models.graph(applications, people, names, path), Counter()
    assert models.near(graph, ("application", 2), "goods", seen) == ["toys", "books"]
    assert seen["nodes"] == 2 and graph.nodes["merchant", "0001"]["name"] == "Harbour Shop"
    reads = counters.count_rows(store)
    for hops, expected in [(0, {0}), (1, {0, 1}), (2, {0, 1, 2}), (9, {0, 1, 2, 3})]:
        assert models.within_graph(graph, 0, hops, seen) == expected
        assert models.within_documents(store, 0, hops) == expected
    seen.clear(), reads.clear()
    models.within_graph(graph, 0, 9, seen)
    models.within_documents(store, 0, 9)
    assert seen["nodes"] == 2 * len(path) and reads["profile"] == 4  # each person once
    store.close()


@pytest.mark.parametrize("how", writer.WRITERS.values(), ids=writer.WRITERS)
def test_a_killed_writer_leaves_what_it_promised(how, tmp_path):
    middle, end = tmp_path / "middle", tmp_path / "end"
    with writer.halted(how, middle, count=100, halt=51):
        seen = writer.found(how, middle)
    left = writer.found(how, middle)
    assert left == seen
    writer.run_and_kill(how, end, count=100, halt=writer.END)
    assert writer.found(how, end) == (100, 0)
    if how is writer.one_transaction:
        assert left == (0, 0)
    else:
        assert 0 < left[0] <= 51 and left[1] == -100


def test_a_writer_that_cannot_begin_says_why(tmp_path):
    from labkit.riverton.child import ChildError

    with pytest.raises(ChildError, match="FileNotFoundError"):
        writer.run_and_kill(writer.plain_file, tmp_path / "no" / "file", count=2, halt=1)


def test_the_writer_is_a_process_that_is_gone_afterwards(tmp_path):
    import psutil

    me = psutil.Process()
    before = {child.pid for child in me.children()}
    with writer.halted(writer.one_transaction, tmp_path / "bank", count=4, halt=3):
        (child,) = [c for c in me.children() if c.pid not in before]
        assert child.exe() == psutil.Process().exe() or sys.platform == "win32"
    assert not child.is_running()
