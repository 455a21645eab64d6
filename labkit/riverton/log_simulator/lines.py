"""A log's lines as they lie on disk: JSON or text, and what becomes of those that break."""

import functools
import json
from collections.abc import Callable, Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from labkit.logs.records import NAMES
from labkit.riverton.log_simulator.place import MINUTE

ROWS = 200_000
"""Rows that are turned into text at a time."""
STRAY = (
    b"Traceback (most recent call last):",
    b'  File "/srv/scorer/app.py", line 88, in predict',
    b"WARNING: could not reach the metrics gateway",
    b"{'ts': 'now', 'level': 'info', 'msg': 'debugging'}",
    b"",
)
"""What other programs print between the records."""
NOT_UTF8 = b"\xfc\xe9\xff"
LEAST = 40
"""Places at which lines break in any log, so that a short one has all kinds."""
KINDS = ("truncated", "interleaved", "not_a_record", "not_utf8")


def as_json(table: pa.Table) -> pa.Array:
    """One JSON object per row, with its line's end: the fields it has, in order of the schema."""
    return _joined(table, '{{"{}":', ',"{}":', '"', "}\n", _json)


def as_text(table: pa.Table) -> pa.Array:
    """``name=value`` per field of a row, and its line's end; blanks, = and " are in quotes."""
    return _joined(table, "{}=", " {}=", "", "\n", _quoted)


FORMS = {"json": as_json, "text": as_text}


def _json(name: str, value: str) -> str:
    if name == "packages":
        pairs = dict(pair.split("=") for pair in value.split(","))
        return json.dumps(pairs, separators=(",", ":"))
    return json.dumps(value)


def _quoted(name: str, value: str) -> str:
    return json.dumps(value) if set(value) & set(' ="') else value


def _joined(
    table: pa.Table,
    first: str,
    others: str,
    mark: str,
    end: str,
    written: Callable[[str, str], str],
) -> pa.Array:
    """Per row the fields that it has, each after its prefix; `ts` is the first and always there."""
    fields = []
    for name in (name for name in NAMES if name in table.column_names):
        prefix = (first if name == "ts" else others).format(name)
        fields.append(_field(table[name].combine_chunks(), name, prefix, mark, written))
    return pc.binary_join_element_wise(*fields, end, "", null_handling="skip")


def _field(
    column: pa.Array, name: str, prefix: str, mark: str, written: Callable[[str, str], str]
) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        values = column.dictionary.to_pylist()
        texts = [None if v is None else prefix + written(name, v) for v in values]
        return pa.array(texts, pa.string()).take(column.indices)
    if pa.types.is_timestamp(column.type):
        return _moments(column, prefix + mark, mark)
    text = column.cast(pa.string())
    if pa.types.is_floating(column.type):
        whole = pc.equal(column, pc.floor(column))
        text = pc.if_else(whole, pc.binary_join_element_wise(text, ".0", ""), text)
    around = mark if pa.types.is_string(column.type) else ""
    return pc.binary_join_element_wise(prefix + around, text, around, "")


def _moments(column: pa.Array, before: str, after: str) -> pa.Array:
    """2026-03-02T00:00:12.224Z and the like, put together from the minute and the rest of it."""
    ms = column.cast(pa.int64()).to_numpy()
    first = int(ms.min()) // MINUTE
    minutes = np.arange(first, int(ms.max()) // MINUTE + 1) * MINUTE
    texts = np.datetime_as_string(minutes.astype("datetime64[ms]"), unit="m")
    upto = pa.array([f"{before}{text}:" for text in texts]).take(pa.array(ms // MINUTE - first))
    return pc.binary_join_element_wise(upto, _seconds(after).take(pa.array(ms % MINUTE)), "")


@functools.cache
def _seconds(after: str) -> pa.Array:
    return pa.array([f"{ms // 1000:02d}.{ms % 1000:03d}Z{after}" for ms in range(MINUTE)])


def draw_broken(table: pa.Table, spared: np.ndarray, share: float, seed: int) -> dict[str, list]:
    """Which lines break, by kind: numbers of lines, from 1, in order.

    Only requests break, and none of the rows in `spared`. Two interleaved lines follow each other.
    """
    rng = np.random.default_rng([seed, 9])
    may = pc.equal(table["event"], "request").to_numpy().copy()
    may[spared] = False
    kinds = {kind: [] for kind in KINDS}
    rows = np.flatnonzero(may[:-1] & may[1:])
    n = min(len(rows), max(LEAST, round(share * table.num_rows)))
    picked = rng.choice(rows, size=n, replace=False)
    last = -2
    which = rng.choice(KINDS, size=len(picked), p=[0.4, 0.25, 0.2, 0.15])
    for row, kind in zip(np.sort(picked).tolist(), which, strict=True):
        if row <= last:
            continue
        last = row + 1 if kind == "interleaved" else row
        kinds[kind] += list(range(row + 1, last + 2))
    return kinds


def break_lines(whole: dict[int, bytes], kinds: dict[str, list], seed: int) -> dict[int, bytes]:
    """What stands in the file instead of those lines, by number from 1."""
    rng = np.random.default_rng([seed, 10])
    broken = {}
    for number in kinds["truncated"]:
        line = whole[number]
        broken[number] = line[: int(rng.integers(10, len(line) - 4))]
    for number in kinds["interleaved"][::2]:
        one, two = whole[number], whole[number + 1]
        cut = int(rng.integers(10, len(one) - 4))
        broken[number], broken[number + 1] = one[:cut] + two, one[cut:]
    for number in kinds["not_a_record"]:
        broken[number] = STRAY[int(rng.integers(len(STRAY)))]
    for number in kinds["not_utf8"]:
        line = whole[number]
        cut = line.rindex(b"msg") + 7  # within the message, quoted or not
        broken[number] = line[:cut] + NOT_UTF8 + line[cut:]
    return broken


def blocks(table: pa.Table, form: str, kinds: dict[str, list], seed: int) -> Iterator[bytes]:
    """The file, block after block of whole lines."""
    numbers = np.array(sorted(n for listed in kinds.values() for n in listed), np.int64)
    render = FORMS[form]
    whole = {}
    if len(numbers):
        texts = render(table.take(pa.array(numbers - 1))).to_pylist()
        whole = {n: text.rstrip().encode() for n, text in zip(numbers.tolist(), texts, strict=True)}
    broken = break_lines(whole, kinds, seed)
    for start in range(0, table.num_rows, ROWS):
        part = table.slice(start, ROWS)
        texts = render(part)
        offsets = np.frombuffer(texts.buffers()[1], np.int32)[: len(texts) + 1]
        content = memoryview(texts.buffers()[2])[: offsets[-1]]
        at, pieces = 0, []
        for number in numbers[(numbers > start) & (numbers <= start + len(texts))].tolist():
            row = number - 1 - start
            pieces += [content[at : offsets[row]], broken[number], b"\n"]
            at = offsets[row + 1]
        yield b"".join([*pieces, content[at:]])
