"""The form: what a body that asks for credit at the checkout must look like, and why one does not.

The edge looks at one body at a time. It knows no other body and no database.
"""

import json
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
)

FIRST, LAST = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
PEOPLE = 200_000
DEAREST = 200_000.0
"""Crowns. The dearest honest purchase has to pass, so a ring's price in cents may pass as well."""
MOST_SHOWN = 200
"""Characters of a reason that are kept: a body can put anything into it."""


def iso(value: object) -> datetime:
    """Read a time as RFC 3339 writes it; pydantic alone takes a text of digits for seconds, too.

    Raises ValueError.
    """
    if not isinstance(value, str) or "T" not in value:
        raise ValueError("expected a time such as 2026-03-02T10:00:00Z")
    return datetime.fromisoformat(value)


Time = Annotated[AwareDatetime, BeforeValidator(iso)]


class Application(BaseModel):
    """One application for credit, as the app, the web page and the till send it."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)

    application_id: int = Field(ge=1, lt=2**53)
    checkout: str = Field(pattern="^[0-9a-f]{12}$")  # made once per basket
    submitted_at: Time = Field(ge=FIRST, lt=LAST)  # by the customer's clock
    person_id: int = Field(ge=0, lt=PEOPLE)
    merchant_code: str = Field(pattern="^[0-9]{4}$")  # "0071", zeros and all
    amount: float = Field(gt=0, le=DEAREST, allow_inf_nan=False)  # crowns
    instalments: Literal[3, 6, 12] | None  # null: paid back at once
    channel: Literal["app", "web", "till"]
    card_country: Literal["DE", "PL", "FR", "NL", "NA", "NO", "US"]
    basket: list[str] = Field(min_length=1, max_length=4)
    device: str = Field(max_length=200)
    stated_income: int = Field(gt=0, le=1_000_000)  # crowns a month


class Refused(ValueError):
    """Why a body is not let in.

    layer: "bytes", "json" or "form". kind: the machine's word for it, such as "missing". field:
    the name of the field, or "body". reason: for people; it begins with the field.
    """

    def __init__(self, layer: str, kind: str, field: str, reason: str) -> None:
        self.layer, self.kind, self.field = layer, kind, shown(field)
        self.reason = shown(f"{field}: {reason}")
        super().__init__(self.reason)


def shown(text: str) -> str:
    """The text in printable ASCII, at most MOST_SHOWN characters: it may come from an attacker."""
    ascii_text = text.encode("ascii", "backslashreplace").decode()
    return "".join(c if c.isprintable() else "?" for c in ascii_text)[:MOST_SHOWN]


def read(body: bytes) -> Application:
    """Read a body through the three layers of the edge, or raise Refused at the first failure."""
    parse(decode(body))  # for what they refuse; the form reads the bytes by itself
    return fits_the_form(body)


def decode(body: bytes) -> str:
    """Layer 1: the bytes are UTF-8. Raises Refused."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        reason = f"not UTF-8 from byte {error.start} on"
        raise Refused("bytes", "not_utf8", "body", reason) from None


def parse(text: str) -> Any:
    """Layer 2: the text is one whole JSON value, and names no field twice. Raises Refused."""
    try:
        return json.loads(text, object_pairs_hook=no_field_twice)
    except Refused:
        raise
    except (ValueError, RecursionError) as error:
        raise Refused("json", "json_invalid", "body", f"not JSON, {error}") from None


def no_field_twice(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a dictionary of an object's fields. Raises Refused for a field that comes twice."""
    fields: dict[str, Any] = {}
    for name, value in pairs:
        if name in fields:
            raise Refused("json", "field_twice", name, "comes twice; which one is meant?")
        fields[name] = value
    return fields


def fits_the_form(body: bytes) -> Application:
    """Layer 3: every field is there, of its type and in its range. Raises Refused."""
    try:
        return Application.model_validate_json(body)
    except ValidationError as error:
        problems = [(str((*p["loc"], "body")[0]), p["type"], p["msg"]) for p in error.errors()]
        field, kind, message = problems[0]
        rest = "".join(f"; {name}: {text}" for name, _, text in problems[1:])
        raise Refused("form", kind, field, message + rest) from None
