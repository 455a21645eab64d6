"""How SQLite finds a row: from page to page, as its file format lays down.

Source: "Database File Format", https://www.sqlite.org/fileformat2.html, B-tree pages.
"""

from typing import BinaryIO

LEAF, INTERIOR = 0x0D, 0x05
"""The first byte of a page of a table: it holds rows, or it says where to go on."""
FILE_HEADER = 100


def page_size(file: BinaryIO) -> int:
    """Bytes per page of an SQLite file; its header says so. Raises ValueError for another file."""
    file.seek(0)
    header = file.read(FILE_HEADER)
    if not header.startswith(b"SQLite format 3\0"):
        raise ValueError("this is no SQLite file")
    size = int.from_bytes(header[16:18], "big")
    return 65_536 if size == 1 else size


def pages_to_row(file: BinaryIO, root: int, key: int, size: int) -> list[int]:
    """Go from a table's root page to the page that holds the row `key`; return the pages.

    root: number of the table's first page, from `SELECT rootpage FROM sqlite_schema`.
    key: the integer primary key. Where there is no such row, the way leads to where it would be.
    size: bytes per page. Raises ValueError where a page is none of a table.
    """
    pages, page = [], root
    while page:
        file.seek((page - 1) * size)
        pages.append(page)
        page = next_page(file.read(size), FILE_HEADER if page == 1 else 0, key)
    return pages


def next_page(page: bytes, at: int, key: int) -> int:
    """Where to look for the key after this page; 0 if the row is in this one.

    at: where in the page its header begins. Raises ValueError where the page is none of a table.
    """
    if page[at] == LEAF:
        return 0
    if page[at] != INTERIOR:
        raise ValueError(f"a page that begins with {page[at]} is no page of a table")
    for cell in range(int.from_bytes(page[at + 3 : at + 5], "big")):
        pointer = at + 12 + 2 * cell
        place = int.from_bytes(page[pointer : pointer + 2], "big")
        if key <= varint(page, place + 4):
            return int.from_bytes(page[place : place + 4], "big")
    return int.from_bytes(page[at + 8 : at + 12], "big")


def varint(page: bytes, at: int) -> int:
    """A whole number of 1 to 9 bytes; all but the ninth hold 7 bits and say if one more comes."""
    number = 0
    for byte in page[at : at + 8]:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            return number
    return number << 8 | page[at + 8]
