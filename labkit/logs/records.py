"""What a log line of Riverton Pay can say: one event per line, as JSON or as text.

The running service and the simulator write the same records. A record holds the fields that apply
to its event and leaves out the others.
"""

from dataclasses import dataclass

EVENTS = (
    "request",
    "resource",
    "deploy",
    "instance_start",
    "instance_stop",
    "batch_job",
    "training",
)
LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True)
class Field:
    """A field: its name, its pandas dtype once parsed, and its meaning with its unit."""

    name: str
    dtype: str
    meaning: str


FIELDS = (
    Field("ts", "datetime64[ms, UTC]", "when it was written, by the clock of the instance"),
    Field("level", "string", "debug, info, warning or error"),
    Field("event", "string", "what kind of thing happened, one of EVENTS"),
    Field("instance", "string", "the process that wrote the line, such as scorer-1 or bureau-1"),
    Field("version", "string", "version of the service that the instance runs"),
    Field("trace", "string", "shared by all lines that one customer's request caused"),
    Field("user", "string", "whose request it was"),
    Field("endpoint", "string", "path that was asked for"),
    Field("status", "Int64", "HTTP status of the answer"),
    Field("latency_ms", "float64", "from the request's arrival to its answer, ms"),
    Field("downstream", "string", "service that was called to answer, such as bureau"),
    Field("downstream_ms", "float64", "time spent waiting for that service, ms"),
    Field("attempt", "Int64", "1 for a first try, 2 and more for the client's retries"),
    Field("rss_mb", "float64", "memory that the process holds, MB"),
    Field("cpu", "float64", "share of one core that the process used, 1 is all of it"),
    Field("packages", "object", "packages and their versions, as an object"),
    Field("job", "string", "name of a batch job or a training run"),
    Field("rows_read", "Int64", "rows that a job read"),
    Field("rows_written", "Int64", "rows that a job wrote"),
    Field("seconds", "float64", "how long a job took, s"),
    Field("auc", "float64", "validation AUC of a training run"),
    Field("msg", "string", "words for people"),
)
NAMES = tuple(field.name for field in FIELDS)
