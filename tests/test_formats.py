"""Files of the lesson on formats: which bytes are read, where they lie, how SQLite finds a row."""

import io
import sqlite3

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labkit.formats import ask, write
from labkit.formats.counted import CountedFile, distinct_bytes, merged
from labkit.formats.layout import chunks
from labkit.formats.pages import page_size, pages_to_row, varint
from labkit.formats.survive import verdict


@pytest.fixture(scope="module")
def parquet(tmp_path_factory):
    path = tmp_path_factory.mktemp("formats") / "t.parquet"
    table = pa.table(
        {
            "id": range(3_000),
            "text": [f"{i:04d}" for i in range(3_000)],
            "none": pa.nulls(3_000, pa.int16()),
            "list": [[str(i % 7)] * (i % 3) for i in range(3_000)],
        }
    )
    pq.write_table(table, path, row_group_size=1_000)
    return path


def test_a_counted_file_notes_each_read_and_gives_the_same_bytes(tmp_path):
    path = tmp_path / "some"
    path.write_bytes(bytes(range(100)))
    with CountedFile(path) as file:
        assert file.read(10) == bytes(range(10))
        file.seek(-5, io.SEEK_END)
        assert file.read() == bytes(range(95, 100))
        assert file.read(1) == b""
    assert file.reads == [(0, 10), (95, 100)]
    assert file.closed


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 20)).map(lambda r: (r[0], sum(r)))))
def test_distinct_bytes_counts_what_a_set_would(ranges):
    covered = {byte for start, end in ranges for byte in range(start, end)}
    assert distinct_bytes(ranges) == len(covered)
    assert {byte for start, end in merged(ranges) for byte in range(start, end)} == covered


def test_chunks_cover_the_file_between_its_first_four_bytes_and_its_footer(parquet):
    found = chunks(parquet)
    assert [c.column for c in found[:4]] == ["id", "text", "none", "list"]
    assert len(found) == 12
    assert chunks(parquet, "text") == found[1::4]
    data = parquet.read_bytes()
    footer = len(data) - 8 - int.from_bytes(data[-8:-4], "little")
    covered = merged([(c.start, c.end) for c in found])
    assert covered == [(4, footer)]


def test_chunks_know_the_statistics_and_say_where_there_are_none(parquet):
    found = {(c.group, c.column): (c.low, c.high) for c in chunks(parquet)}
    assert found[1, "id"] == (1_000, 1_999)
    assert found[2, "text"] == ("2000", "2999")
    assert found[0, "none"] == (None, None)


def test_what_is_read_for_one_column_holds_its_chunks(parquet):
    file = CountedFile(parquet)
    assert pq.read_table(file, columns=["id"], pre_buffer=False).num_rows == 3_000
    own = {b for c in chunks(parquet) if c.column == "id" for b in range(c.start, c.end)}
    read = {b for start, end in file.reads for b in range(start, end)}
    assert own <= read


def test_the_way_to_a_row_ends_at_the_page_that_holds_it(tmp_path):
    path = tmp_path / "t.sqlite"
    con = sqlite3.connect(path)
    con.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)")
    rows = [(i * 3, f"row {i:06d} " * 9) for i in range(30_000)]
    con.executemany("INSERT INTO t VALUES (?, ?)", rows)
    con.commit()
    root = con.execute("SELECT rootpage FROM sqlite_schema WHERE name = 't'").fetchone()[0]
    pages = con.execute("PRAGMA page_count").fetchone()[0]
    con.close()
    with path.open("rb") as file:
        size = page_size(file)
        for key, text in [rows[0], rows[17], rows[12_345], rows[-1]]:
            way = pages_to_row(file, root, key, size)
            assert way[0] == root and len(way) == 3 and max(way) <= pages
            file.seek((way[-1] - 1) * size)
            assert text.encode() in file.read(size)


def test_what_is_no_sqlite_file_is_refused():
    with pytest.raises(ValueError, match="no SQLite file"):
        page_size(io.BytesIO(b"a,b\n" * 99))
    with pytest.raises(ValueError, match="no page of a table"):
        pages_to_row(io.BytesIO(b"x" * 8_192), 2, 1, 4_096)


@pytest.mark.parametrize(
    ("coded", "number"),
    [(b"\x07", 7), (b"\x81\x00", 128), (b"\xff" * 8 + b"\x01", 2**64 - 255)],
)
def test_varint(coded, number):
    assert varint(b"!" + coded, 1) == number


SCHEMA = {
    "type": "record",
    "name": "T",
    "fields": [
        {"name": "id", "type": "long"},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "basket", "type": {"type": "array", "items": "string"}},
    ],
}
PART = pa.table(
    {
        "id": pa.array(range(3_000), pa.int64()),
        "at": pa.array([1_772_409_600_000 + i for i in range(3_000)], pa.timestamp("ms", "UTC")),
        "basket": [["books"] * (i % 3) for i in range(3_000)],
    }
)
ENDINGS = {"JSON Lines": "jsonl", "CSV": "csv", "Avro": "avro", "Arrow": "arrow",
           "Parquet": "parquet", "SQLite": "sqlite", "DuckDB": "duckdb"}  # fmt: skip


@pytest.fixture
def seven(tmp_path):
    at = {name: tmp_path / f"t.{ending}" for name, ending in ENDINGS.items()}
    write.write_all(at.values(), PART, SCHEMA)
    return at


@pytest.mark.parametrize("name", ENDINGS)
def test_a_row_appended_is_found_and_the_others_are_still_there(seven, name):
    path = seven[name]
    old = path.with_stem("old")
    old.write_bytes(path.read_bytes())
    write.append(path, PART[7:8].set_column(0, "id", pa.array([9_999])), SCHEMA)
    for key in (2_999, 9_999):
        found = ask.one_row(seven, "id", key)[name]()
        assert len(found) if isinstance(found, list | pa.Table) else found
    changed = write.bytes_changed(old, path)
    assert 0 < changed < 200 if name in ("JSON Lines", "CSV", "Avro") else changed >= 4_096


@pytest.mark.parametrize(
    ("was", "came", "says"),
    [
        (["007", "NA"], ["007", "NA"], "kept"),
        (["007", "NA"], [7, None], "lost"),
        ([True, None], [1, None], "needs its type"),
        ([3, None], [3.0, None], "needs its type"),
        ([["a"], []], ['["a"]', "[]"], "needs its type"),
        ([["a"], []], ["a", ""], "lost"),
    ],
)
def test_what_a_column_is_after_its_journey(was, came, says):
    assert verdict(was, came) == says


def test_an_outcome_is_what_came_or_the_name_of_the_error():
    assert ask.outcome(lambda: 3) == 3
    assert ask.outcome(lambda: {}["no"]) == "KeyError"
    assert ask.milliseconds(lambda: None) >= 0
