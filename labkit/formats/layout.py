"""Where a Parquet file keeps what: the byte ranges of its column chunks, from its footer."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq


@dataclass(frozen=True)
class Chunk:
    """The values of one column in one row group, as they lie in the file.

    `start` and `end` are offsets in bytes, `end` being the byte after the last. `low` and `high`
    are the least and the greatest value by the file's statistics, None where it holds none.
    """

    group: int
    column: str
    start: int
    end: int
    low: Any
    high: Any


def chunks(path: str | Path, column: str | None = None) -> list[Chunk]:
    """Every column chunk of a Parquet file, row group by row group; or those of one column.

    A nested column, such as a list, goes by its own name; one with several leaves has a chunk for
    each. Raises pyarrow.ArrowInvalid where the file is no Parquet file.
    """
    meta = pq.read_metadata(path)
    places = [(g, c) for g in range(meta.num_row_groups) for c in range(meta.num_columns)]
    found = [_chunk(g, meta.row_group(g).column(c)) for g, c in places]
    return [chunk for chunk in found if column in (None, chunk.column)]


def _chunk(group: int, column: Any) -> Chunk:
    dictionary, data = column.dictionary_page_offset, column.data_page_offset
    start = data if dictionary is None else min(dictionary, data)
    known = column.statistics
    low, high = (known.min, known.max) if known and known.has_min_max else (None, None)
    name = column.path_in_schema.split(".")[0]
    return Chunk(group, name, start, start + column.total_compressed_size, low, high)
