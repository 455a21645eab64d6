"""Columns of the simulated log while it is put together: text as codes into a short list."""

import numpy as np
import pyarrow as pa

TEXT = pa.dictionary(pa.int32(), pa.string())


def coded(values: list[str], codes: np.ndarray) -> pa.DictionaryArray:
    """The column that holds values[code]; a code below zero is no value."""
    missing = codes < 0
    indices = pa.array(codes.astype(np.int32), mask=missing if missing.any() else None)
    return pa.DictionaryArray.from_arrays(indices, pa.array(values, pa.string()))


def words(values) -> pa.DictionaryArray:
    """The column that holds these texts, each a str or None."""
    return pa.array(list(values), pa.string()).dictionary_encode()


def hexadecimal(n: int, rng: np.random.Generator) -> pa.Array:
    """n different texts of 16 hexadecimal digits."""
    digits = rng.bytes(8 * n).hex().encode()
    offsets = np.arange(n + 1, dtype=np.int32) * 16
    return pa.Array.from_buffers(
        pa.string(), n, [None, pa.py_buffer(offsets), pa.py_buffer(digits)]
    )
