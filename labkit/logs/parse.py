"""Parsers that lose no line: for every line that is read there is a record or a reason.

`parsed + rejected = read` holds for each of them, whatever the file contains.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import pandas as pd

from labkit.logs.records import EVENTS, FIELDS, LEVELS, NAMES

NEEDED = ("ts", "level", "event", "instance")
"""What every record has."""


class Rejected(NamedTuple):
    """A line that is no record: its number, from 1, why not, and its bytes."""

    line: int
    reason: str
    raw: bytes


@dataclass
class Parsed:
    """What became of every line."""

    records: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)

    @property
    def read(self) -> int:
        """How many lines there were."""
        return len(self.records) + len(self.rejected)

    def reasons(self) -> dict[str, int]:
        """How many lines were rejected, by the reason, the most frequent first."""
        return dict(Counter(line.reason for line in self.rejected).most_common())

    def frame(self) -> pd.DataFrame:
        """The records as a frame, with the columns and the types of `labkit.logs.records`."""
        return typed(pd.DataFrame(self.records, columns=[f.name for f in FIELDS]))


def parse_json_lines(lines: Iterable[bytes]) -> Parsed:
    """Return a record, or a reason why not, for each line of a log in JSON."""
    parsed = Parsed()
    for number, line in enumerate(lines, start=1):
        raw = line.rstrip(b"\r\n")
        try:
            parsed.records.append(checked(orjson.loads(raw)))
        except orjson.JSONDecodeError:
            parsed.rejected.append(Rejected(number, why_not_json(raw), raw))
        except ValueError as error:
            parsed.rejected.append(Rejected(number, str(error), raw))
    return parsed


def parse_text_lines(lines: Iterable[bytes]) -> Parsed:
    """Return a record, or a reason why not, for each line of a log in `name=value` text.

    All values of a record stay text.
    """
    parsed = Parsed()
    for number, line in enumerate(lines, start=1):
        raw = line.rstrip(b"\r\n")
        try:
            parsed.records.append(checked(fields_of(raw)))
        except ValueError as error:
            reason = "not UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            parsed.rejected.append(Rejected(number, reason, raw))
    return parsed


_ONE = r"""([a-z_]+)=("(?:[^"\\]|\\.)*"|[^\s"=]+)"""
_ALL = re.compile(f"{_ONE}(?: {_ONE})*")


def fields_of(raw: bytes) -> dict[str, Any]:
    """Return the fields of a line of text. Raises ValueError with the reason where it is none.

    The whole line has to be fields, each named once, in the order of the record, and a request
    ends with its message: what is left out or comes twice was cut or written into.
    """
    text = raw.decode()
    if not _ALL.fullmatch(text):
        raise ValueError("not name=value" if text.strip() else "empty")
    pairs = re.findall(_ONE, text)
    order = [NAMES.index(name) if name in NAMES else -1 for name, _ in pairs]
    if order != sorted(set(order)) or -1 in order:
        raise ValueError("fields out of order")
    found = {name: orjson.loads(v) if v.startswith('"') else v for name, v in pairs}
    if found.get("event") == "request" and "msg" not in found:
        raise ValueError("cut short")
    return found


def checked(record: Any) -> dict[str, Any]:
    """Return `record` if it is one. Raises ValueError with the reason if not."""
    if not isinstance(record, dict):
        raise ValueError("no object")
    if missing := [name for name in NEEDED if name not in record]:
        raise ValueError(f"no {missing[0]}")
    if record["event"] not in EVENTS or record["level"] not in LEVELS:
        raise ValueError("unknown event or level")
    try:
        datetime.fromisoformat(record["ts"])
    except (TypeError, ValueError):
        raise ValueError("no time in ts") from None
    return record


def why_not_json(raw: bytes) -> str:
    """Say in a few words what is wrong with a line that is no JSON."""
    if not raw.strip():
        return "empty"
    try:
        raw.decode()
    except UnicodeDecodeError:
        return "not UTF-8"
    if raw.count(b'{"ts"') > 1:
        return "two lines in one"
    if raw.startswith(b'{"ts"') and not raw.endswith(b"}"):
        return "cut short"
    if raw.endswith(b"}") and not raw.startswith(b"{"):
        return "no beginning"
    return "not JSON"


def typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return `frame` with its columns in the types of `labkit.logs.records`."""
    types = {f.name: f.dtype for f in FIELDS if f.name in frame and f.name != "ts"}
    frame = frame.astype(types)
    if "ts" in frame:
        frame["ts"] = pd.to_datetime(frame["ts"], format="ISO8601", utc=True).dt.as_unit("ms")
    return frame
