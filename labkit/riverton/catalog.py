"""What datasets/ holds: the tables, their columns, what each column means, and files beside them.

This is the single source for the Parquet schemas, the Croissant metadata and the column tables of
the datasheets.
"""

from dataclasses import dataclass
from typing import ClassVar

import pyarrow as pa

from labkit.logs.records import FIELDS

TEXT, INTEGER, NUMBER, BOOLEAN, MOMENT = "text", "integer", "number", "boolean", "moment"
ARROW_TYPES = {
    TEXT: pa.dictionary(pa.int32(), pa.string()),
    INTEGER: pa.int64(),
    NUMBER: pa.float64(),
    BOOLEAN: pa.bool_(),
    MOMENT: pa.timestamp("ms", tz="UTC"),
}


@dataclass(frozen=True)
class Column:
    """A column: its name, one of the kinds above, and its meaning with its unit."""

    name: str
    kind: str
    meaning: str


@dataclass(frozen=True)
class Table:
    """A table, stored as ``<name>.parquet``. ``rising`` names whole-number columns that rise."""

    format: ClassVar = "application/x-parquet"

    name: str
    meaning: str
    columns: tuple[Column, ...]
    rising: tuple[str, ...] = ()

    @property
    def file(self) -> str:
        """The file's name within its dataset's folder."""
        return f"{self.name}.parquet"


@dataclass(frozen=True)
class File:
    """A file that is no table: `file` is its name in the folder, `format` its media type."""

    name: str
    file: str
    meaning: str
    format: str


@dataclass(frozen=True)
class Dataset:
    """A folder of datasets/: its name, its title, its tables and what else lies there."""

    folder: str
    title: str
    meaning: str
    tables: tuple[Table, ...]
    files: tuple[File, ...] = ()


_PERSON = Column("person_id", INTEGER, "0 to 199,999; everybody once, district by district")

PEOPLE = Table(
    "people",
    "Everybody in Riverton: what a register, a lender or a shop could have recorded",
    (
        _PERSON,
        Column("district", INTEGER, "district of residence, 0 to 199"),
        Column("borough", TEXT, "Oldtown, Harbour, Weirside or Foundry, 50 districts each"),
        Column("deprivation", NUMBER, "deprivation of the district (index, about 0)"),
        Column("group", TEXT, "A settled residents, B newcomers to the city, C gig workers"),
        Column("sex", TEXT, "female or male; enters no equation (null control)"),
        Column("age", INTEGER, "years, 18 to 79"),
        Column("has_degree", BOOLEAN, "holds a degree"),
        Column("income", INTEGER, "crowns per month, to the nearest ten"),
        Column("debt", NUMBER, "indebtedness for one's means (index, about 0)"),
        Column("tenure_years", NUMBER, "years at the present address"),
        Column("volatility", NUMBER, "how much the income moves from month to month (index)"),
        Column("activity", NUMBER, "how much the person does online (index)"),
        Column("has_app", BOOLEAN, "has the Riverton Pay app"),
        Column("cohort", INTEGER, "month of joining, 0 to 23; the data were taken at month 24"),
        Column("spend", INTEGER, "crowns per month, to the nearest ten"),
        Column("id_document", TEXT, "document shown: city card, passport or residence permit"),
        Column("states_income", BOOLEAN, "stated the income on the application form"),
        Column("merchant", TEXT, "merchant of the first purchase, M0000 (most popular) to M1999"),
        Column("approved", BOOLEAN, "what the loan officers decided"),
        Column("default", BOOLEAN, "defaults if granted credit (known here for everybody)"),
        Column("months_to_default", INTEGER, "months from joining to default; missing if none"),
        Column("collection_calls", INTEGER, "calls by the collections desk, made after a default"),
    ),
    rising=("person_id",),
)

TRUTH = Table(
    "truth",
    "Everybody again, with what only the makers of a made-up city can know",
    (
        _PERSON,
        Column("p_default", NUMBER, "probability of default if granted credit"),
        Column("merit", NUMBER, "creditworthiness as an unprejudiced officer would see it (index)"),
        Column("fair_approval", BOOLEAN, "what an unprejudiced officer would have decided"),
    ),
    rising=("person_id",),
)

DISTRICTS = Table(
    "districts",
    "The districts",
    (
        Column("district", INTEGER, "0 to 199"),
        Column("borough", TEXT, "the borough it lies in"),
        Column("deprivation", NUMBER, "index, about 0"),
        Column("people", INTEGER, "number of residents"),
        Column("default_effect", NUMBER, "truth: its own push on the log-odds of default"),
    ),
)

MERCHANTS = Table(
    "merchants",
    "The merchants, from the most to the least popular",
    (
        Column("merchant", TEXT, "M0000 to M1999"),
        Column("popularity", NUMBER, "weight with which people choose it, where it is open"),
        Column("opened", INTEGER, "month in which it opened, 0 to 23"),
        Column("default_effect", NUMBER, "truth: its own push on the log-odds of default"),
    ),
)

FRIENDSHIPS = Table(
    "friendships",
    "Undirected friendships, each pair once",
    (
        Column("person_a", INTEGER, "person_id of one friend, the smaller"),
        Column("person_b", INTEGER, "person_id of the other friend, the larger"),
    ),
    rising=("person_a",),
)

FOLLOWINGS = Table(
    "followings",
    "Directed followings among people who have the app, each pair once",
    (
        Column("follower", INTEGER, "person_id of the account that follows"),
        Column("followed", INTEGER, "person_id of the account that is followed"),
    ),
    rising=("follower",),
)

RIVERTON_PEOPLE = Dataset(
    "riverton_people",
    "Riverton: people and pay-later credit of a made-up city",
    "The whole population of a made-up city with everybody's outcome and the true probability "
    "behind it, so that what a sample or a model says can be held against the truth.",
    (PEOPLE, TRUTH, DISTRICTS, MERCHANTS),
)

RIVERTON_FRIENDSHIPS = Dataset(
    "riverton_friendships",
    "Riverton: friendships and followings of a made-up city",
    "Who is a friend of whom and who follows whom in a made-up city, for sampling that runs "
    "along ties, with the whole network known.",
    (FRIENDSHIPS, FOLLOWINGS),
)

_KINDS = {
    "datetime64[ms, UTC]": MOMENT,
    "string": TEXT,
    "object": TEXT,
    "Int64": INTEGER,
    "float64": NUMBER,
}

LOG = Table(
    "log",
    "Three days of the service's log with all kinds of incidents, in order of arrival at the "
    "collector; packages are written name=version, with commas between",
    tuple(Column(field.name, _KINDS[field.dtype], field.meaning) for field in FIELDS),
    rising=("ts",),
)

SAMPLE = File(
    "sample",
    "sample.log",
    "Another, smaller log of the same three days as lines of text, broken lines included",
    "text/plain",
)

LOG_TRUTH = File(
    "truth",
    "truth.json",
    "The incidents in both logs, under log and sample: kind, where, when and how large; numbers "
    "of lines count from 1",
    "application/json",
)

RIVERTON_LOG = Dataset(
    "riverton_log",
    "Riverton: the log of a made-up scoring service",
    "What a made-up service wrote while thirteen kinds of incidents went on, and the truth about "
    "each of them, so that what a reader of the log finds can be held against it.",
    (LOG,),
    (SAMPLE, LOG_TRUTH),
)

SERVICE_LOG = Dataset(
    "service_log",
    "Riverton: a captured log of the course's own scoring service",
    "What the processes of a real, small service wrote on one machine while faults were switched "
    "on, what its clients saw meanwhile, and what was done to it when.",
    (),
    (
        File(
            "log",
            "service_log.jsonl",
            "The lines of all processes in the order of their time, one JSON object each",
            "application/jsonl",
        ),
        File(
            "sent",
            "sent.csv",
            "What the clients saw of each request: trace, user, when it was meant to go out (s "
            "from the start), latency from then (ms), status (0: no answer), malformed",
            "text/csv",
        ),
        File(
            "switched",
            "switched.json",
            "When the load started, and what was done to which process when",
            "application/json",
        ),
    ),
)
"""Captured, not made from the seed: a build leaves it as it is."""

CATALOG = (RIVERTON_PEOPLE, RIVERTON_FRIENDSHIPS, RIVERTON_LOG)
