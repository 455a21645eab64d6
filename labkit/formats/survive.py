"""What of a column is left after it was written to a file and read back."""

import json
from typing import Any

import pyarrow as pa

KEPT, NEEDS_TYPE, LOST = "kept", "needs its type", "lost"
OF_KIND = {
    "text": (pa.types.is_string, pa.types.is_large_string),
    "whole number": (pa.types.is_integer,),
    "number": (pa.types.is_floating,),
    "yes or no": (pa.types.is_boolean,),
    "time": (pa.types.is_timestamp,),
    "list": (pa.types.is_list,),
}


def verdict(original: Any, came: Any) -> str:
    """How a column came back: "kept", "needs its type" or "lost".

    original, came: columns of a pyarrow table, of a DataFrame, or lists. Kept: the same kind of
    value (text, whole number, number, yes or no, time, list; of times also that there is a zone)
    and all values the same. Needs its type: a cast to the type that it had, or json.loads where
    that was a list, gives all values back. Lost: neither does. A column of a DataFrame is judged by
    its values: numbers in a column of objects are numbers.
    """
    was, is_now = _arrow(original), _arrow(came)
    try:
        whole = _told(is_now, was.type).equals(was)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError, ValueError):
        whole = False
    if not whole:
        return LOST
    return KEPT if _kind(is_now) == _kind(was) else NEEDS_TYPE


def _arrow(column: Any) -> pa.Array:
    if not isinstance(column, pa.ChunkedArray):
        column = pa.chunked_array([pa.array(column, from_pandas=True)])
    return column.combine_chunks()


def _kind(column: pa.Array) -> tuple[str, bool]:
    known = [kind for kind, tests in OF_KIND.items() if any(is_it(column.type) for is_it in tests)]
    return (known or [str(column.type)])[0], getattr(column.type, "tz", None) is not None


def _told(column: pa.Array, kind: pa.DataType) -> pa.Array:
    if pa.types.is_list(kind) and _kind(column)[0] == "text":
        column = pa.array([json.loads(text) for text in column.to_pylist()])
    return column.cast(kind)
