"""A file that notes which of its bytes are read."""

import io
from pathlib import Path

Range = tuple[int, int]
"""First byte and the byte after the last, as offsets in the file."""


class CountedFile(io.RawIOBase):
    """A file, opened for reading, that notes every range of bytes that is asked of it.

    `reads` holds (start, end) of each read, in the order in which they came. Wherever a library
    takes an open binary file (pyarrow, pandas, fastavro, the csv module through a text wrapper),
    this one will do. It reads without a buffer: what is noted is what the library asked for.

    Raises OSError where the file cannot be opened.
    """

    def __init__(self, path: str | Path) -> None:
        self._file = io.FileIO(path)
        self.reads: list[Range] = []

    def readinto(self, buffer) -> int:
        """Read into `buffer`, note the range, and return the number of bytes; 0 at the end."""
        start = self._file.tell()
        read = self._file.readinto(buffer) or 0
        if read:
            self.reads.append((start, start + read))
        return read

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def close(self) -> None:
        self._file.close()
        super().close()


def merged(ranges: list[Range]) -> list[Range]:
    """The same bytes as ranges that neither overlap nor touch, in the order of the file."""
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def distinct_bytes(ranges: list[Range]) -> int:
    """How many different bytes the ranges cover; what was read twice counts once."""
    return sum(end - start for start, end in merged(ranges))
