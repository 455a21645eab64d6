"""Load what datasets/ holds, after checking that it is what was built.

Each frame is read afresh, so changing one leaves the next load alone. A file is hashed once per
process, and again only if it has changed on disk since.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow.parquet as pq

from labkit import ROOT
from labkit.logs.typed import typed

DATASETS = ROOT / "datasets"
"""The folder that holds one folder per dataset."""
REBUILD = "python3 -m labkit.riverton build"
"""Works in the course's folder."""
GET_BACK = "git checkout -- datasets/service_log"
"""What was captured cannot be rebuilt."""

_checked: set[tuple[Path, int, int]] = set()


class DatasetError(Exception):
    """A data file is missing, cannot be read or is not the one that its metadata describe."""


# The columns of each frame, with units, stand in the datasheet: datasets/<dataset>/README.md. Each
# of these functions raises DatasetError.


def load_people() -> pd.DataFrame:
    """Everybody in Riverton, 200,000 rows; row i is the person with person_id i.

    Amounts are in crowns per month, ages and tenures in years. `months_to_default` is NaN for
    whoever does not default.
    """
    return _read("riverton_people/people.parquet")


def load_truth() -> pd.DataFrame:
    """What only the makers know of everybody: row i belongs to row i of :func:`load_people`."""
    return _read("riverton_people/truth.parquet")


def load_districts() -> pd.DataFrame:
    """The 200 districts; row i is district i."""
    return _read("riverton_people/districts.parquet")


def load_merchants() -> pd.DataFrame:
    """The 2,000 merchants, the most popular first."""
    return _read("riverton_people/merchants.parquet")


def load_friendships() -> pd.DataFrame:
    """The undirected friendships: one row (person_a, person_b) per pair, person_a < person_b."""
    return _read("riverton_friendships/friendships.parquet")


def load_followings() -> pd.DataFrame:
    """The directed followings: one row (follower, followed) per pair."""
    return _read("riverton_friendships/followings.parquet")


def load_log() -> pd.DataFrame:
    """Three days of the service's log, 100,000 lines in order of arrival, incidents included.

    Typed as ``labkit.logs.records.FIELDS`` says; ``packages`` are dicts, None where there are none.
    """
    return typed(pq.read_table(verified("riverton_log/log.parquet")))


def log_sample() -> Path:
    """The path of a log of 5,000 lines of text, broken ones included."""
    return verified("riverton_log/sample.log")


def load_log_truth(of: str = "log") -> dict[str, Any]:
    """The incidents in the log, or in the sample (``of="sample"``), as the simulator made them."""
    return json.loads(verified("riverton_log/truth.json").read_text(encoding="utf-8"))[of]


def verified(name: str, root: Path = DATASETS) -> Path:
    """Give the path of a data file whose content is what its metadata say.

    ``name`` is ``<dataset>/<file>``. The expected SHA-256 stands in the dataset's croissant.json.
    Raises DatasetError, naming the file, what is off and how to rebuild it.
    """
    path = root / name
    if not path.is_file():
        raise DatasetError(f"datasets/{name} is missing. {_mend(name)}")
    stat = path.stat()
    seen = (path, stat.st_mtime_ns, stat.st_size)
    if seen not in _checked:
        expected = _expected_sha256(name, root)
        try:
            found = hashlib.sha256(path.read_bytes()).hexdigest()
        except OSError as error:
            raise DatasetError(f"datasets/{name} cannot be read: {error.strerror}") from None
        if found != expected:
            raise DatasetError(
                f"datasets/{name} has changed since it was built: its SHA-256 begins "
                f"{found[:12]}, expected {expected[:12]}. {_mend(name)}"
            )
        _checked.add(seen)
    return path


def _mend(name: str) -> str:
    if name.startswith("service_log/"):
        return f"Get it back with: {GET_BACK}"
    return f"Rebuild it with: {REBUILD}"


def _read(name: str) -> pd.DataFrame:
    return pq.read_table(verified(name)).to_pandas()


def _expected_sha256(name: str, root: Path) -> str:
    folder, file = name.split("/")
    metadata = root / folder / "croissant.json"
    try:
        described = json.loads(metadata.read_text(encoding="utf-8"))["distribution"]
        return next(entry["sha256"] for entry in described if entry["contentUrl"] == file)
    except FileNotFoundError:
        problem = "is missing"
    except OSError as error:
        problem = f"cannot be read ({error.strerror})"
    except (ValueError, KeyError, TypeError, StopIteration):
        problem = f"does not describe {file}"
    raise DatasetError(f"datasets/{folder}/croissant.json {problem}. {_mend(name)}")
